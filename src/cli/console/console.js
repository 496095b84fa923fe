// Asks /metrics and /console/state every few seconds and draws what they say. Texts of pages are hostile: they
// are set as text and never as markup.
"use strict";

const EVERY_MS = 2000;
const KEEP = 15 * 60 * 1000 / EVERY_MS;
const OUTCOMES = ["created", "updated", "duplicate", "skipped", "retried", "parked", "returned"];
const SVG = "http://www.w3.org/2000/svg";

const by = (id) => document.getElementById(id);
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};

// ---- /metrics: name{labels} value

function samples(text) {
  const all = new Map();
  for (const line of text.split("\n")) {
    const found = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!found) continue;
    const labels = {};
    for (const [, key, value] of (found[2] || "").matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)) labels[key] = value;
    if (!all.has(found[1])) all.set(found[1], []);
    all.get(found[1]).push({ labels, value: Number(found[3]) });
  }
  return all;
}

const sum = (all, name, where = {}) =>
  (all.get(name) || [])
    .filter((s) => Object.entries(where).every(([key, value]) => s.labels[key] === value))
    .reduce((total, s) => total + s.value, 0);

// The upper bound of the bucket that the share of the new observations falls into, summed over all outcomes.
function quantile(now, before, name, share) {
  const buckets = new Map();
  for (const [all, sign] of [[now, 1], [before, -1]]) {
    for (const s of all.get(`${name}_bucket`) || []) {
      const bound = s.labels.le === "+Inf" ? Infinity : Number(s.labels.le);
      buckets.set(bound, (buckets.get(bound) || 0) + sign * s.value);
    }
  }
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  const total = buckets.get(Infinity) || 0;
  if (!total) return null;
  return bounds.find((bound) => buckets.get(bound) >= share * total);
}

// ---- drawing

const number = (n) => (n >= 100 ? Math.round(n).toLocaleString("en") : n >= 10 ? n.toFixed(1) : n.toFixed(2));
const seconds = (s) =>
  s === null || s === undefined ? "–" : s === Infinity ? "over 30 s" : s < 1 ? `≤ ${s * 1000} ms` : `≤ ${s} s`;
const duration = (s) =>
  s < 90 ? `${Math.round(s)} s` : s < 5400 ? `${Math.round(s / 60)} min` : s < 172800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`;

function tiles(pairs) {
  by("tiles").replaceChildren(...pairs.map(([name, value]) => {
    const tile = make("div");
    tile.append(make("dt", name), make("dd", value));
    return tile;
  }));
}

const history = [];

function drawRates() {
  const svg = by("rates");
  const most = Math.max(1, ...history.flatMap((point) => OUTCOMES.map((o) => point[o])));
  svg.replaceChildren(...OUTCOMES.map((outcome) => {
    const path = document.createElementNS(SVG, "path");
    const step = (point, n) => `${(600 * (n + KEEP - history.length) / (KEEP - 1)).toFixed(1)} ${(155 - 150 * point[outcome] / most).toFixed(1)}`;
    path.setAttribute("d", history.length ? `M${history.map(step).join("L")}` : "");
    path.style.stroke = `var(--${outcome})`;
    return path;
  }));
  const last = history[history.length - 1];
  by("legend").replaceChildren(...OUTCOMES.map((outcome) => {
    const item = make("li");
    const mark = make("i");
    mark.style.color = `var(--${outcome})`;
    item.append(mark, `${outcome} ${last ? number(last[outcome]) : 0}/s`);
    return item;
  }), make("li", `top of the scale ${number(most)}/s; the last 15 minutes while this page was open`, "soft"));
}

function drawStages(now) {
  const rows = (now.get("copydesk_stage_duration_seconds_sum") || []).map((s) => ({
    stage: s.labels.stage,
    spent: s.value,
    pages: sum(now, "copydesk_stage_duration_seconds_count", { stage: s.labels.stage }),
  })).filter((row) => row.pages);
  const whole = rows.reduce((total, row) => total + row.spent, 0) || 1;
  rows.sort((a, b) => b.spent - a.spent);
  by("stages").tBodies[0].replaceChildren(...rows.map((row) => {
    const line = make("tr");
    const bar = make("td", undefined, "bar");
    const meter = make("meter");
    meter.value = row.spent / whole;
    meter.title = `${Math.round(100 * row.spent / whole)} %`;
    bar.append(meter);
    line.append(
      make("td", row.stage, "name"), bar,
      make("td", `${Math.round(100 * row.spent / whole)} %`, "num"),
      make("td", `${(1000 * row.spent / row.pages).toFixed(2)} ms a page`, "num"));
    return line;
  }));
}

// The samples of the last half minute, oldest first.
const past = [];
const WINDOW = 30000 / EVERY_MS;

async function askMetrics() {
  const answer = await fetch("/metrics", { cache: "no-store" });
  const now = samples(await answer.text());
  const at = performance.now();
  if (past.length) {
    const last = past[past.length - 1];
    const passed = (at - last.at) / 1000;
    const count = (all, outcome) => sum(all, "copydesk_messages_total", { outcome });
    const rate = (outcome) => Math.max(0, count(now, outcome) - count(last.all, outcome)) / passed;
    history.push(Object.fromEntries(OUTCOMES.map((o) => [o, rate(o)])));
    if (history.length > KEEP) history.shift();
    const success = sum(now, "copydesk_last_success_timestamp_seconds");
    const took = (share) => seconds(quantile(now, past[0].all, "copydesk_message_duration_seconds", share));
    tiles([
      ["settled a second", number(OUTCOMES.reduce((total, o) => total + history[history.length - 1][o], 0))],
      ["half of them within", took(0.5)],
      ["95 % within", took(0.95)],
      ["in flight, of the limit", `${sum(now, "copydesk_in_flight_messages")} / ${sum(now, "copydesk_concurrency_limit")}`],
      ["prefetch", String(sum(now, "copydesk_prefetch_messages"))],
      ["unconfirmed", String(sum(now, "copydesk_publish_unconfirmed_messages"))],
      ["received in all", sum(now, "copydesk_messages_received_total").toLocaleString("en")],
      ["last event", success ? `${duration(Date.now() / 1000 - success)} ago` : "none yet"],
    ]);
    drawRates();
    drawStages(now);
  }
  past.push({ all: now, at });
  if (past.length > WINDOW) past.shift();
}

let troubles = [];

function drawTroubles() {
  const wanted = by("filter").value.trim().toLowerCase();
  const text = (t) => [t.outcome, t.reason, t.stage, t.page, t.error].join(" ").toLowerCase();
  const shown = troubles.filter((t) => text(t).includes(wanted));
  const groups = new Map();
  for (const t of troubles) groups.set(t.reason, (groups.get(t.reason) || 0) + 1);
  by("groups").replaceChildren(...[...groups].sort((a, b) => b[1] - a[1]).map(([reason, count]) => {
    const item = make("li");
    const button = make("button", `${reason} ${count}`);
    button.type = "button";
    button.addEventListener("click", () => { by("filter").value = reason; drawTroubles(); });
    item.append(button);
    return item;
  }));
  by("trouble-rows").tBodies[0].replaceChildren(...shown.map((t) => {
    const line = make("tr");
    line.append(
      make("td", new Date(t.at * 1000).toLocaleTimeString([], { hour12: false }), "when"), make("td", t.outcome, "name"), make("td", t.reason, "name"),
      make("td", t.stage, "name"), make("td", t.page), make("td", t.error));
    return line;
  }));
  by("trouble-count").textContent = troubles.length ? `(${troubles.length})` : "";
}

async function askState() {
  const answer = await fetch("/console/state", { cache: "no-store" });
  const state = await answer.json();
  by("version").textContent = `${state.version} (${state.revision}), up ${duration(state.uptime_seconds)}`;
  const ready = by("ready");
  ready.textContent = state.not_ready.length ? `not ready: ${state.not_ready.join(", ")}` : "ready";
  ready.className = state.not_ready.length ? "bad" : "good";
  troubles = state.troubles;
  drawTroubles();
  by("setting-rows").tBodies[0].replaceChildren(...state.settings.map(([name, value, from]) => {
    const line = make("tr");
    line.append(make("td", name, "name"), make("td", value), make("td", from, "soft"));
    return line;
  }));
}

async function ask() {
  try {
    await Promise.all([askMetrics(), askState()]);
  } catch {
    by("ready").textContent = "no answer: has the worker ended?";
    by("ready").className = "bad";
  }
  setTimeout(ask, EVERY_MS);
}

function show() {
  const wanted = location.hash.slice(1) || "now";
  for (const section of document.querySelectorAll("section")) section.hidden = section.id !== wanted;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${wanted}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

addEventListener("hashchange", show);
by("filter").addEventListener("input", drawTroubles);
show();
ask();
