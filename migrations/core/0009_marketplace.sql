-- Modules from a registry: whose keys are believed, what is to be installed on every host, and how modules keep up.

-- == trust and installation ===========================================================================================


-- == policies, advisories, updates of modules =========================================================================

