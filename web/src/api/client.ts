// SPDX-License-Identifier: AGPL-3.0-or-later
// Typed requests to /api/v1. The session cookie travels by itself; nothing here stores a secret.
import { ApiError, failureFrom, networkError } from "./errors";
import type { Page } from "./types";

export const apiRoot = "/api/v1";

type Query = Record<string, string | number | undefined>;
let expiredLogin: () => void = () => {};

/** Called whenever an answer says that the login is missing or has run out. */
export function onExpiredLogin(listener: () => void): void {
  expiredLogin = listener;
}

export function get<T>(path: string, query?: Query): Promise<T> {
  return request<T>("GET", path + queryString(query)).then((answer) => answer.data);
}

export async function list<T>(path: string, query?: Query): Promise<Page<T>> {
  const answer = await request<T[]>("GET", path + queryString(query));
  return { items: answer.data, nextCursor: answer.meta?.next_cursor ?? null };
}

export function post<T>(path: string, body?: unknown): Promise<T> {
  return request<T>("POST", path, body).then((answer) => answer.data);
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return request<T>("PATCH", path, body).then((answer) => answer.data);
}

/** Sends a request and gives the raw answer when it succeeded; throws ApiError otherwise. */
export async function send(method: string, path: string, accept: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(apiRoot + path, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch {
    throw networkError();
  }
  if (!response.ok) throw await failure(response, path);
  return response;
}

interface Success<T> {
  data: T;
  meta?: { next_cursor?: string | null };
}

async function request<T>(method: string, path: string, body?: unknown): Promise<Success<T>> {
  const response = await send(method, path, "application/json", body);
  if (response.status === 204) return { data: undefined as T };
  try {
    return (await response.json()) as Success<T>;
  } catch {
    throw failureFrom(response.status, null, response.headers.get("X-Request-Id"), null);
  }
}

async function failure(response: Response, path: string): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const { headers, status } = response;
  const error = failureFrom(status, body, headers.get("X-Request-Id"), headers.get("Retry-After"));
  // Asking who is logged in is how the pages find out; only the others mean that a login was lost on the way.
  if (error.isExpiredLogin && path !== "/auth/me") expiredLogin();
  return error;
}

function queryString(query: Query = {}): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  if (entries.length === 0) return "";
  return "?" + new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
}
