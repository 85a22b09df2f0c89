// SPDX-License-Identifier: AGPL-3.0-or-later
// A raptor's footprint whose three toes are scallions: white bulbs with roots, green blades that end in claws.

export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 48 48" className={className} aria-hidden focusable="false">
      <g fill="none" strokeLinecap="round" strokeLinejoin="round">
        <path d="M22 33C12 29 6 20 5 8c7 5 12 12 16 22z" fill="#5fbf6e" />
        <path d="M26 33C36 29 42 20 43 8c-7 5-12 12-16 22z" fill="#3f9f5c" />
        <path d="M20.5 31C18 20 19.500 10 24 2c4.500 8 6 18 3.500 29z" fill="#2f8550" />
        <path d="M5 8c-1-2-1-4 0-6 1 3 4 5 6 8zM43 8c1-2 1-4 0-6-1 3-4 5-6 8zM24 2c-1-.6-1.500-1.300-1.500-2h3c0 .7-.5 1.400-1.500 2z" fill="#e0962f" />
        <path d="M9 15c5 5 9 11 12 17M39 15c-5 5-9 11-12 17M24 9v21" stroke="#d8f3c4" strokeWidth="1.4" opacity=".75" />
        <path d="M17 34c0-4 3-6 7-6s7 2 7 6-3 8-7 8-7-4-7-8z" fill="#fbf9ee" stroke="#cfd8b8" strokeWidth="1.2" />
        <path d="M21.500 32c-.8 2.500-.6 5 .4 7M26.500 32c.8 2.500.6 5-.4 7" stroke="#cfd8b8" strokeWidth="1.100" />
        <path d="M21 42l-2 4M24 42v4.500M27 42l2 4" stroke="#b8a77f" strokeWidth="1.600" />
      </g>
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2">
      <Logo className="size-8" />
      <span className="text-lg font-extrabold tracking-tight">
        Rapt<span className="text-primary">Scallions</span>
      </span>
    </span>
  );
}
