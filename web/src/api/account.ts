// SPDX-License-Identifier: AGPL-3.0-or-later
// What somebody does with the own account, and how one comes in.
import { queryOptions } from "@tanstack/react-query";
import { apiRoot, change, getVersioned, list, post, remove } from "./client";
import type { Me } from "./types";

/** What is known of the device that logs in; `shared`: the login ends with the browser and lasts a day at most. */
export type Device = "unknown" | "shared";

/** A way to log in beside the password. */
export interface ProviderRef {
  name: string;
  title: string;
}

export interface ProviderLookup {
  provider: ProviderRef | null;
  /** True: addresses of this domain do not log in by password. */
  forced: boolean;
}

export interface Login {
  id: string;
  current: boolean;
  context: Device | "personal";
  ip_address: string | null;
  user_agent: string | null;
  provider: string | null;
  created_at: string;
  last_activity_at: string;
  expires_at: string;
}

export interface LinkedProvider {
  provider: string;
  title: string;
  created_at: string;
  last_used_at: string | null;
}

export interface TotpSetup {
  secret: string;
  otpauth_uri: string;
}

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: async () => (await list<ProviderRef>("/auth/providers")).items,
  staleTime: 60_000,
});

/** What the account's form starts from. Never read again behind its back: the tag must belong to what is shown. */
export const ownAccountQuery = queryOptions({
  queryKey: ["account", "own"],
  queryFn: () => getVersioned<Me>("/auth/me"),
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  staleTime: Infinity,
  gcTime: 0,
});

export const loginsQuery = queryOptions({
  queryKey: ["account", "logins"],
  queryFn: async () => (await list<Login>("/auth/sessions")).items,
});

export const linksQuery = queryOptions({
  queryKey: ["account", "links"],
  queryFn: async () => (await list<LinkedProvider>("/auth/links")).items,
});

export interface Credentials {
  email: string;
  password: string;
  totp_code?: string;
  device?: Device;
}

/** Where a click leads that logs in through a provider; `from` is a path of these pages. */
export function providerAddress(name: string, from: string, device: Device): string {
  const about = new URLSearchParams({ return_to: from, ...(device === "shared" ? { device } : {}) });
  return `${apiRoot}/auth/${encodeURIComponent(name)}?${about}`;
}

export const account = {
  logIn: (body: Credentials) => post<Me>("/auth/login", body),
  finishProvider: (provider: string, totp_code: string) => post<Me>(`/auth/${encodeURIComponent(provider)}/code`, { totp_code }),
  lookUp: (email: string) => post<ProviderLookup>("/auth/providers/lookup", { email }),
  register: (body: { email: string; name: string; password: string }) => post<unknown>("/auth/register", body),
  verifyEmail: (token: string) => post<void>("/auth/verify-email", { token }),
  resendVerification: (email: string) => post<unknown>("/auth/verify-email/resend", { email }),
  askReset: (email: string) => post<unknown>("/auth/password-reset", { email }),
  confirmReset: (token: string, password: string) => post<void>("/auth/password-reset/confirm", { token, password }),
  rename: (names: { name?: string; given_name?: string; family_name?: string }, etag: string | null) => change<Me>("/auth/me", names, etag),
  changeEmail: (email: string, password: string) => post<unknown>("/auth/me/email", { email, password }),
  changePassword: (current_password: string, new_password: string) => post<void>("/auth/password", { current_password, new_password }),
  startTotp: (password: string) => post<TotpSetup>("/auth/totp", { password }),
  confirmTotp: (code: string) => post<{ recovery_codes: string[] }>("/auth/totp/confirm", { code }),
  stopTotp: (password: string) => remove("/auth/totp", { password }),
  endLogin: (id: string) => remove(`/auth/sessions/${encodeURIComponent(id)}`),
  endOtherLogins: () => post<void>("/auth/logout-all", { keep_current: true }),
  unlink: (provider: string) => remove(`/auth/links/${encodeURIComponent(provider)}`),
};

