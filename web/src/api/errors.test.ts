// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, it, vi } from "vitest";
import { get, onExpiredLogin, post } from "./client";
import { ApiError, explain, failureFrom, networkError } from "./errors";

function answer(status: number, body: string, headers: Record<string, string> = {}): void {
  vi.stubGlobal("fetch", vi.fn(async () => new Response(body, { status, headers })));
}

const failure = (result: Promise<unknown>) => result.then(() => expect.unreachable(), (error: unknown) => error as ApiError);

describe("errors", () => {
  it("keeps the server's sentence, code, fields and request number", async () => {
    const body = { error: "The input does not fit.", code: "VALIDATION_ERROR", details: { fields: [{ path: "input.topic", message: "too short" }, "noise"] } };
    answer(400, JSON.stringify(body), { "X-Request-Id": "r-1" });
    const error = await failure(get("/tools"));
    expect([error.status, error.code, error.message, error.requestId]).toEqual([400, "VALIDATION_ERROR", "The input does not fit.", "r-1"]);
    expect(error.fields).toEqual([{ path: "input.topic", message: "too short" }]);
    expect(error.isRetryable).toBe(false);
  });

  it("finds the request number in the details, too", () => {
    const error = failureFrom(500, { error: "x", code: "INTERNAL_ERROR", details: { request_id: "r-2" } }, null, null);
    expect(explain(error).requestId).toBe("r-2");
  });

  it("gives a clear sentence for a proxy's page and for no network", async () => {
    answer(502, "<html>Bad gateway</html>");
    expect(explain(await failure(get("/tools"))).message).toContain("status 502");
    vi.stubGlobal("fetch", vi.fn(async () => Promise.reject(new TypeError("failed"))));
    const offline = await failure(get("/tools"));
    expect([offline.code, offline.isRetryable]).toEqual(["NETWORK_ERROR", true]);
  });

  it("says how long to wait", () => {
    const error = failureFrom(429, { error: "Too many.", code: "RATE_LIMIT_EXCEEDED" }, null, "7");
    expect(explain(error).hint).toBe("Try again in 7 seconds.");
  });

  it("shows nothing of an unexpected exception", () => {
    expect(explain(new Error("secret /path")).message).not.toContain("secret");
    expect(explain(networkError()).title).toBe("No connection");
  });

  it("reports a lost login, but neither a wrong password nor the question who is logged in", async () => {
    const lost = vi.fn();
    onExpiredLogin(lost);
    answer(401, '{"error":"Wrong.","code":"INVALID_CREDENTIALS"}');
    await failure(post("/auth/login", {}));
    answer(401, '{"error":"Log in.","code":"UNAUTHORIZED"}');
    await failure(get("/auth/me"));
    expect(lost).not.toHaveBeenCalled();
    answer(401, '{"error":"Log in.","code":"UNAUTHORIZED"}');
    await failure(get("/tools"));
    expect(lost).toHaveBeenCalledOnce();
  });
});
