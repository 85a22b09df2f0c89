// SPDX-License-Identifier: AGPL-3.0-or-later
// The one place where failures of the API become something that a reader can act on.
import type { FailureBody, JsonObject } from "./types";

export interface FieldError {
  path: string;
  message: string;
}

const wrongProof = ["INVALID_CREDENTIALS", "TOTP_REQUIRED", "INVALID_TOTP"];

/** A failure the server answered, or that kept the request from reaching it (status 0, code NETWORK_ERROR). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: JsonObject;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  readonly #at = Date.now();

  constructor(status: number, body: FailureBody, requestId: string | null = null, retryAfterSeconds: number | null = null) {
    super(body.error);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.details = body.details ?? {};
    this.requestId = requestId ?? text(this.details["request_id"]);
    const told = this.details["retry_after"]; // events of a stream have no headers
    this.retryAfterSeconds = retryAfterSeconds ?? (typeof told === "number" ? told : null);
  }

  /** What a validation failure says about single fields; empty when it says nothing. */
  get fields(): FieldError[] {
    const fields = this.details["fields"];
    if (!Array.isArray(fields)) return [];
    return fields.flatMap((field) => {
      if (field === null || typeof field !== "object" || Array.isArray(field)) return [];
      const message = text(field["message"]);
      return message === null ? [] : [{ path: text(field["path"]) ?? "", message }];
    });
  }

  /** True for a login that is missing or has run out; a wrong password or code is not one. */
  get isExpiredLogin(): boolean {
    return this.status === 401 && !wrongProof.includes(this.code);
  }

  /** True when somebody else has changed the object since it was read. */
  get isOutdated(): boolean {
    return this.status === 412;
  }

  /** When it is worth trying again; null when nobody knows. */
  get retryAt(): Date | null {
    return this.retryAfterSeconds === null ? null : new Date(this.#at + this.retryAfterSeconds * 1000);
  }

  /** True when a limit or a budget has been reached: news for the reader, not a fault. */
  get isLimit(): boolean {
    return this.code === "AI_LIMIT_REACHED" || this.code === "AI_BUDGET_EXHAUSTED";
  }

  /** True when a module refused the message or the answer: news for the reader, not a fault. */
  get isBlock(): boolean {
    return this.code === "BLOCKED_BY_MODULE";
  }

  /** True when the same request may succeed later without a change. */
  get isRetryable(): boolean {
    return this.status === 0 || this.status === 409 || this.status === 429 || this.status >= 500;
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function networkError(): ApiError {
  return new ApiError(0, { error: "The server could not be reached.", code: "NETWORK_ERROR" });
}

export function brokenStreamError(): ApiError {
  return new ApiError(0, { error: "The connection broke before the answer was complete.", code: "STREAM_BROKEN" });
}

/** Reads a failure's body of unknown shape; a proxy's HTML page still gives a clear sentence. */
export function failureFrom(status: number, body: unknown, requestId: string | null, retryAfter: string | null): ApiError {
  const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
  return new ApiError(status, failureBody(status, body), requestId, seconds);
}

export function failureBody(status: number, body: unknown): FailureBody {
  if (body !== null && typeof body === "object") {
    const { error, code, details } = body as Record<string, unknown>;
    if (typeof error === "string" && typeof code === "string") {
      const known = details !== null && typeof details === "object" && !Array.isArray(details);
      return known ? { error, code, details: details as JsonObject } : { error, code };
    }
  }
  return { error: `The server answered with status ${status} and no explanation.`, code: "UNEXPECTED_ANSWER" };
}

/** What to show: a short title, the server's sentence, and what the reader can do now. */
export interface Explanation {
  title: string;
  message: string;
  hint: string | null;
  requestId: string | null;
}

const advice: Record<string, [title: string, hint: string | null]> = {
  NETWORK_ERROR: ["No connection", "Check your network, then try again."],
  STREAM_BROKEN: ["The connection broke", "Your text is kept. Try again."],
  UNAUTHORIZED: ["Please log in again", "Your login has run out. What you wrote is kept."],
  INVALID_CREDENTIALS: ["That did not match", "Check the email address and the password, then try again."],
  TOTP_REQUIRED: ["One more step", "Enter the code that your app shows."],
  INVALID_TOTP: ["That code did not match", "Codes change every 30 seconds and count once: wait for the next one."],
  PROVIDER_REQUIRED: ["Log in through your school", "Addresses of this school log in through the school's own page."],
  REGISTRATION_CLOSED: ["Accounts are made by your school", "Ask your teacher or administrator for one."],
  PRECONDITION_FAILED: ["Somebody else was faster", "Load the present state, then make your change again."],
  UNSUPPORTED_MEDIA_TYPE: ["That is not a file of this kind", "Choose a file in the CSV format."],
  FORBIDDEN: ["Not for your account", "Ask your teacher or administrator if you should have access."],
  CSRF_REJECTED: ["The request was refused", "Open RaptScallions at its own address and try again."],
  NOT_FOUND: ["Not found", "It may have been removed, or the address may be mistyped."],
  CONFLICT: ["That is not possible right now", "Reload the page to see the latest state."],
  PAYLOAD_TOO_LARGE: ["That is too long", "Shorten it and send it again."],
  VALIDATION_ERROR: ["Please check what you entered", null],
  OUTPUT_INVALID: ["The answer did not fit", "The AI's answer did not have the form this tool needs. Trying again often helps."],
  RATE_LIMIT_EXCEEDED: ["A little too fast", "Wait a moment, then try again."],
  AI_GATEWAY_ERROR: ["The AI service has a problem", "Your text is kept. Try again in a moment."],
  AI_INVALID_RESPONSE: ["The AI service answered with something unusable", "Your text is kept. Try again in a moment."],
  AI_AUTHENTICATION_FAILED: ["The AI service refused this school's key", "Tell your administrator: trying again will not help."],
  AI_MODEL_NOT_AVAILABLE: ["The AI model is not available", "Tell your teacher or administrator."],
  AI_CONTEXT_TOO_LONG: ["That is too long for the AI model", null],
  AI_RATE_LIMITED: ["The AI service is busy", "Your text is kept. Try again in a minute."],
  AI_LIMIT_REACHED: ["Time for a short break", null],
  AI_BUDGET_EXHAUSTED: ["The AI budget is used up", null],
  AI_TIMEOUT: ["The AI service took too long", "Your text is kept. Try again."],
  ANSWER_LOST: ["The answer was lost on its way", "Your message is in the conversation. Reload the page and ask again."],
  ANSWER_NOT_STORED: ["The answer could not be kept yet", "Your text is kept. Try again in a moment: it is the same message, and not paid twice."],
  MODULE_UNAVAILABLE: ["A safety module is not running", "It must check this conversation, so nothing was sent. Try again in a moment."],
  MODULE_FAILED: ["A module gave no answer that can be used", "Everything else goes on."],
  MODULE_TIMEOUT: ["A module took too long", "Everything else goes on. Try again in a moment."],
  SERVICE_UNAVAILABLE: ["The service is briefly unavailable", "Your text is kept. Try again in a moment."],
  INTERNAL_ERROR: ["Something went wrong on the server", "Try again. If it happens again, pass on the request number."],
};

export function explain(error: unknown): Explanation {
  if (!(error instanceof ApiError)) {
    return {
      title: "This page has a problem",
      message: "Something unexpected happened while showing this page.",
      hint: "Reload it. What you wrote is kept.",
      requestId: null,
    };
  }
  const [title, hint] = advice[error.code] ?? ["Something went wrong", "Try again in a moment."];
  const wait = error.retryAfterSeconds;
  return {
    title,
    message: error.message,
    hint: wait === null ? hint : `Try again in ${waitInWords(wait)}.`,
    requestId: error.requestId,
  };
}

function waitInWords(seconds: number): string {
  const [count, unit] = seconds < 180 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
