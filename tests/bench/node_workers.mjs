// SPDX-License-Identifier: AGPL-3.0-or-later
// The same question asked of a plugin in a Node worker thread: a conversation of 16 KB goes there by postMessage, a verdict
// comes back. Prints {"p50_us", "calls_per_second"}.
import { Worker, isMainThread, parentPort } from "node:worker_threads";

const warmUp = 2000;
const rounds = 10000;
const inFlight = 64;

function conversation() {
  const messages = [];
  for (let seq = 1; seq <= 28; seq++)
    messages.push({ role: seq % 2 === 1 ? "user" : "assistant", content: "m".repeat(512), seq, created_at_ms: Date.now() });
  return {
    tool: { id: "tool", name: "Socratic Algebra Tutor", type: "chat", version: "1", behavior: "b".repeat(1024), subject: "mathematics" },
    user: { id: "user", role: "student" },
    session: { id: "session", state: "active", age_ms: 0 },
    messages,
    current: { role: "user", content: "c".repeat(1024), seq: 29 },
    config: {},
    locale: "en",
  };
}

function answerQuestions() {
  parentPort.on("message", ({ id, hook, context }) => {
    const bad = hook !== "chat:before_ai" || context.current.content.length === 0 || context.current.content.includes("@");
    parentPort.postMessage({ id, verdict: bad ? "error" : "continue" });
  });
}

async function measure() {
  const worker = new Worker(new URL(import.meta.url));
  const waiting = new Map();
  let next = 1;
  worker.on("message", ({ id, verdict }) => {
    waiting.get(id)(verdict);
    waiting.delete(id);
  });
  const ask = async (context) => {
    const verdict = await new Promise((resolve) => {
      waiting.set(next, resolve);
      worker.postMessage({ id: next++, hook: "chat:before_ai", context });
    });
    if (verdict !== "continue") throw new Error("a question was not answered");
  };
  const context = conversation();
  const samples = [];
  for (let i = 0; i < warmUp + rounds; i++) {
    const start = process.hrtime.bigint();
    await ask(context);
    if (i >= warmUp) samples.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  samples.sort((a, b) => a - b);
  const start = process.hrtime.bigint();
  let left = rounds;
  const client = async () => {
    while (left-- > 0) await ask(context);
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  await worker.terminate();
  console.log(JSON.stringify({ p50_us: samples[samples.length / 2], calls_per_second: rounds / seconds }));
}

if (isMainThread) await measure();
else answerQuestions();
