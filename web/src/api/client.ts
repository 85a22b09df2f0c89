// SPDX-License-Identifier: AGPL-3.0-or-later
// Typed requests to the API. The session cookie travels by itself; nothing here stores a secret.
import { ApiError, failureFrom, networkError } from "./errors";
import type { Page } from "./types";

/** Where the API lies; the registry's own pages set theirs before they ask. */
export let apiRoot = "/api/v1";

export function setApiRoot(root: string): void {
  apiRoot = root;
}

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

export function post<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  return request<T>("POST", path, { body, headers }).then((answer) => answer.data);
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return request<T>("PATCH", path, { body }).then((answer) => answer.data);
}

export function remove(path: string, body?: unknown): Promise<void> {
  return request<void>("DELETE", path, { body }).then(() => undefined);
}

/** An object with the tag of the state that it was read in. */
export interface Versioned<T> {
  data: T;
  etag: string | null;
}

export async function getVersioned<T>(path: string): Promise<Versioned<T>> {
  const { data, etag } = await request<T>("GET", path);
  return { data, etag };
}

/** Changes an object as it was read; refused (412) when somebody else came first. */
export async function change<T>(path: string, body: unknown, etag: string | null): Promise<Versioned<T>> {
  const answer = await request<T>("PATCH", path, { body, etag });
  return { data: answer.data, etag: answer.etag };
}

/** Puts another in the place of an object as it was read; refused (412) when somebody else came first. */
export async function replace<T>(path: string, body: unknown, etag: string | null): Promise<Versioned<T>> {
  const answer = await request<T>("PUT", path, { body, etag });
  return { data: answer.data, etag: answer.etag };
}

/** Sends a file as it is. */
export function upload<T>(path: string, file: Blob, contentType: string, query?: Query): Promise<T> {
  return request<T>("POST", path + queryString(query), { file, contentType }).then((answer) => answer.data);
}

export interface Outgoing {
  /** Becomes JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  file?: Blob;
  contentType?: string;
  headers?: Record<string, string>;
  etag?: string | null;
  /** The last event of a stream that was read; what comes after it is asked for. */
  lastEventId?: string | null;
  signal?: AbortSignal;
}

/** Sends a request and gives the raw answer when it succeeded; throws ApiError otherwise. */
export async function send(method: string, path: string, accept: string, outgoing: Outgoing = {}): Promise<Response> {
  const { body, file, contentType = "application/json", etag, lastEventId, signal } = outgoing;
  const headers: Record<string, string> = { Accept: accept, ...outgoing.headers };
  if (body !== undefined || file !== undefined) headers["Content-Type"] = contentType;
  if (etag) headers["If-Match"] = etag;
  if (lastEventId) headers["Last-Event-ID"] = lastEventId;
  const content = file ?? (body === undefined ? null : JSON.stringify(body));
  let response: Response;
  try {
    response = await fetch(apiRoot + path, { method, headers, credentials: "same-origin", cache: "no-store", body: content, signal: signal ?? null });
  } catch {
    throw networkError();
  }
  if (!response.ok) throw await failure(response, path);
  return response;
}

interface Success<T> {
  data: T;
  meta?: { next_cursor?: string | null };
  etag: string | null;
}

async function request<T>(method: string, path: string, outgoing: Outgoing = {}): Promise<Success<T>> {
  const response = await send(method, path, "application/json", outgoing);
  const etag = response.headers.get("ETag");
  const content = await response.text().catch(() => {
    throw networkError();
  });
  if (content === "") return { data: undefined as T, etag };
  try {
    return { ...(JSON.parse(content) as Omit<Success<T>, "etag">), etag };
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
