// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

namespace rapt::tuf {

/// Documents that the framework's own tool tuf-on-ci signed (the repository that its conformance suite serves as
/// "tuf-on-ci-0.11"): ECDSA, fields that nobody knows, an empty signature.
inline constexpr std::string_view kRealRoot = R"json({
 "signatures": [
  {
   "keyid": "aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81",
   "sig": "3045022100e691c6fa8f401a7f6cb6f2fbf5d2596bf50755acdc95d53bbac1bb7f5c2d6bfc02206a85c8ea8015a63d9903588b3bbc5bd563e043cf43fc1b9198a9112e15f2df53"
  }
 ],
 "signed": {
  "_type": "root",
  "consistent_snapshot": true,
  "expires": "2044-08-10T10:05:04Z",
  "keys": {
   "a54e905f3e03bb0cccdc954bd40d4d29b5c1a2a95c2777f10f9c63a503c7f777": {
    "keytype": "ecdsa",
    "keyval": {
     "public": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEu+ebm3VUg6U2b0IIeR6NFZU7uxkL\nR1sVLxV8SEW7G+AMXMasEQf5daxfwVMP1kuEkhGs3mBYLkYXlWDh9BNSxg==\n-----END PUBLIC KEY-----\n"
    },
    "scheme": "ecdsa-sha2-nistp256",
    "x-tuf-on-ci-online-uri": "gcpkms:projects/python-tuf-kms/locations/global/keyRings/git-repo-demo/cryptoKeys/online/cryptoKeyVersions/1"
   },
   "aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81": {
    "keytype": "ecdsa",
    "keyval": {
     "public": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEohqIdE+yTl4OxpX8ZxNUPrg3SL9H\nBDnhZuceKkxy2oMhUOxhWweZeG3bfM1T4ZLnJimC6CAYVU5+F5jZCoftRw==\n-----END PUBLIC KEY-----\n"
    },
    "scheme": "ecdsa-sha2-nistp256",
    "x-tuf-on-ci-keyowner": "@jku"
   }
  },
  "roles": {
   "root": {
    "keyids": [
     "aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81"
    ],
    "threshold": 1
   },
   "snapshot": {
    "keyids": [
     "a54e905f3e03bb0cccdc954bd40d4d29b5c1a2a95c2777f10f9c63a503c7f777"
    ],
    "threshold": 1,
    "x-tuf-on-ci-expiry-period": 7300,
    "x-tuf-on-ci-signing-period": 60
   },
   "targets": {
    "keyids": [
     "aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81"
    ],
    "threshold": 1
   },
   "timestamp": {
    "keyids": [
     "a54e905f3e03bb0cccdc954bd40d4d29b5c1a2a95c2777f10f9c63a503c7f777"
    ],
    "threshold": 1,
    "x-tuf-on-ci-expiry-period": 7300,
    "x-tuf-on-ci-signing-period": 1
   }
  },
  "spec_version": "1.0.31",
  "version": 1,
  "x-tuf-on-ci-expiry-period": 7300,
  "x-tuf-on-ci-signing-period": 60
 }
})json";

inline constexpr std::string_view kRealTimestamp = R"json({
 "signatures": [
  {
   "keyid": "a54e905f3e03bb0cccdc954bd40d4d29b5c1a2a95c2777f10f9c63a503c7f777",
   "sig": "304402200168ff4eda848db6b7719b721279c9fe1c2573a2dbc2bfcd49e8cfe73033dfd40220782d2445c6d5ab914f7d4bca14ae6016bbb0b76ef7ba571343decff172c65df6"
  }
 ],
 "signed": {
  "_type": "timestamp",
  "expires": "2044-08-10T10:21:51Z",
  "meta": {
   "snapshot.json": {
    "version": 2
   }
  },
  "spec_version": "1.0.31",
  "version": 2
 }
})json";

inline constexpr std::string_view kRealSnapshot = R"json({
 "signatures": [
  {
   "keyid": "a54e905f3e03bb0cccdc954bd40d4d29b5c1a2a95c2777f10f9c63a503c7f777",
   "sig": "304502202009fa4afd2f4fbad523ebafcc5d22deb3428753c384395147f88265d6ec6f900221009298a6361fcdc1f3226b2f7e8aa056eccd4697ad8077d633f1c17b09f724dd8a"
  }
 ],
 "signed": {
  "_type": "snapshot",
  "expires": "2044-08-10T10:21:51Z",
  "meta": {
   "delegatedrole.json": {
    "version": 2
   },
   "targets.json": {
    "version": 1
   }
  },
  "spec_version": "1.0.31",
  "version": 2
 }
})json";

inline constexpr std::string_view kRealTargets = R"json({
 "signatures": [
  {
   "keyid": "aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81",
   "sig": "3044022027258898a89d38218fce7212c24659ec771105a3532d38ea4ef0d2fb84d9e7ff02206e086d154e3cba72e9c55941d85c61f74eb425e2e90e308636bb1883287290c0"
  }
 ],
 "signed": {
  "_type": "targets",
  "delegations": {
   "keys": {
    "01104111d18f559cd1ca33a2dd91a2100f2812ffe02c9f70a0e5c4d915b453ac": {
     "keytype": "ecdsa",
     "keyval": {
      "public": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1wgTb0BVTvCiDlaPmnUfXOLubQMj\nUxjiafwKLMgiRD0fK+XLSKK6fJjrzNkZCIYG78AUmhbRskgJgOatWD+Z9w==\n-----END PUBLIC KEY-----\n"
     },
     "scheme": "ecdsa-sha2-nistp256",
     "x-tuf-on-ci-keyowner": "@-test-user-"
    },
    "aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81": {
     "keytype": "ecdsa",
     "keyval": {
      "public": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEohqIdE+yTl4OxpX8ZxNUPrg3SL9H\nBDnhZuceKkxy2oMhUOxhWweZeG3bfM1T4ZLnJimC6CAYVU5+F5jZCoftRw==\n-----END PUBLIC KEY-----\n"
     },
     "scheme": "ecdsa-sha2-nistp256",
     "x-tuf-on-ci-keyowner": "@jku"
    }
   },
   "roles": [
    {
     "keyids": [
      "aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81",
      "01104111d18f559cd1ca33a2dd91a2100f2812ffe02c9f70a0e5c4d915b453ac"
     ],
     "name": "delegatedrole",
     "paths": [
      "delegatedrole/*",
      "delegatedrole/*/*",
      "delegatedrole/*/*/*",
      "delegatedrole/*/*/*/*"
     ],
     "terminating": true,
     "threshold": 1
    }
   ]
  },
  "expires": "2044-08-10T10:09:31Z",
  "spec_version": "1.0.31",
  "targets": {},
  "version": 1,
  "x-tuf-on-ci-expiry-period": 7300,
  "x-tuf-on-ci-signing-period": 60
 }
})json";

inline constexpr std::string_view kRealDelegated = R"json({
 "signatures": [
  {
   "keyid": "aa61e09f6af7662ac686cf0c6364079f63d3e7a86836684eeced93eace3acd81",
   "sig": "30440220396123e307132efdc6910ab3a82a1106d98f8720be7bd4c86ac9481c622d531f02207467ef8d27c9f7bae24c09c7392dfde1b0ad818c96fac1f413f290327611a07d"
  },
  {
   "keyid": "01104111d18f559cd1ca33a2dd91a2100f2812ffe02c9f70a0e5c4d915b453ac",
   "sig": ""
  }
 ],
 "signed": {
  "_type": "targets",
  "expires": "2044-08-10T10:18:49Z",
  "spec_version": "1.0.31",
  "targets": {
   "delegatedrole/artifact": {
    "hashes": {
     "sha256": "45f337ee451b4c098d121d09cc224bacc7794503ac58a47a78cfe7ebefb7fab3"
    },
    "length": 34
   }
  },
  "version": 2,
  "x-tuf-on-ci-expiry-period": 7300,
  "x-tuf-on-ci-signing-period": 60
 }
})json";

}  // namespace rapt::tuf
