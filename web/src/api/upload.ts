// SPDX-License-Identifier: AGPL-3.0-or-later
// A file sent piece by piece, with how far it has come: fetch does not tell that, the older way does.
import { apiRoot } from "./client";
import { failureFrom, networkError } from "./errors";

/** Sends a file as it is; `onProgress` hears the share from 0 to 1. Ends with ApiError when it was refused. */
export function uploadWithProgress<T>(path: string, file: Blob, onProgress: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", apiRoot + path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => lengthComputable && onProgress(total === 0 ? 1 : loaded / total);
    request.onload = () => settle<T>(request, resolve, reject);
    request.onerror = () => reject(networkError());
    request.onabort = () => reject(networkError());
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function settle<T>(request: XMLHttpRequest, resolve: (answer: T) => void, reject: (error: unknown) => void): void {
  const body = parsed(request.responseText);
  if (request.status >= 200 && request.status < 300 && body !== null) resolve((body as { data: T }).data);
  else reject(failureFrom(request.status, body, request.getResponseHeader("X-Request-Id"), request.getResponseHeader("Retry-After")));
}

function parsed(text: string): object | null {
  try {
    const body: unknown = JSON.parse(text);
    return body !== null && typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}
