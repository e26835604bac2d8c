// What a page does in the browser. Everything works by links and forms without it; with it, filters apply at once,
// times are local, charts are drawn, and the page stays live.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
document.documentElement.classList.add("scripted");

// Times: the reader's zone, with UTC on hover.

const asYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const asDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const asMinute = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const asMinuteOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const asHour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const asDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

function localTimes(root) {
  for (const element of $$("time[datetime]", root)) {
    const utc = element.getAttribute("datetime");
    const moment = new Date(utc);
    if (element.dataset.local || Number.isNaN(moment.getTime())) continue;
    element.dataset.local = "yes";
    element.title = utc.replace("T", " ").replace("Z", " UTC");
    const thisYear = moment.getFullYear() === new Date().getFullYear();
    const brief = element.hasAttribute("data-brief");
    element.textContent = (thisYear ? (brief ? asMinute : asDay) : (brief ? asMinuteOfYear : asYear)).format(moment);
  }
  for (const element of $$("text[data-time]", root)) {
    // Midnight of UTC is another hour elsewhere.
    const moment = new Date(element.dataset.time);
    const isMidnight = moment.getHours() + moment.getMinutes() === 0;
    element.textContent = isMidnight ? asDate.format(moment) : ("days" in element.dataset ? asMinute : asHour).format(moment);
  }
  for (const element of $$("option[data-time]", root)) {
    element.textContent = `${element.dataset.before ?? ""}${asMinute.format(new Date(element.dataset.time))}`;
  }
}

// Charts: uPlot draws what the JSON beside it says.

const charts = new Map();

const UNITS = [[86400e9, "d"], [3600e9, "h"], [60e9, "min"], [1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];
const formats = {
  duration(value) {
    if (value <= 0) return "0";
    const [size, unit] = UNITS.find(([size]) => value >= size) ?? [1, "ns"];
    return `${+(value / size).toPrecision(3)} ${unit}`;
  },
  ratio: (value) => `${+(value * 100).toPrecision(3)}%`,
  count: (value) => Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(value),
};

// A canvas does not know the variables of the style sheet: an element that has the colour does.
function colour(name) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(--${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function tooltip(spec) {
  let box;
  const format = formats[spec.unit];
  return { hooks: {
    init: (plot) => { box = document.createElement("div"); box.className = "tip"; box.hidden = true; plot.over.append(box); },
    setCursor: (plot) => {
      const index = plot.cursor.idx;
      box.hidden = index == null || plot.cursor.left < 0;
      if (box.hidden) return;
      box.replaceChildren();
      const head = document.createElement("strong");
      const moment = new Date(spec.times[index] * 1000);
      head.textContent = `${asMinute.format(moment)} (${moment.toISOString().slice(11, 16)} UTC)`;
      box.append(head);
      spec.series.forEach((series) => {
        const line = document.createElement("div");
        const value = series.values[index];
        line.textContent = `${series.name}: ${value == null ? "–" : format(value)}`;
        box.append(line);
      });
      const left = plot.cursor.left + 14;
      box.style.left = `${left + box.offsetWidth > plot.over.clientWidth ? left - box.offsetWidth - 28 : left}px`;
      box.style.top = "6px";
    },
  } };
}

// A value between two gaps has no line: it is drawn as a point, also where points are too many to be drawn.
function alone(plot, index, drawsAll) {
  const values = plot.data[index];
  return drawsAll ? null : values.flatMap((value, at) => (value != null && values[at - 1] == null && values[at + 1] == null ? [at] : []));
}

function draw(figure) {
  const spec = JSON.parse($("script[type='application/json']", figure).textContent);
  const place = $(".plot", figure);
  const axis = { stroke: colour("ink-3"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "11px system-ui, sans-serif" };
  const plot = new uPlot({
    width: Math.max(place.clientWidth, 200),
    height: place.classList.contains("low") ? 150 : 220,
    padding: [10, 26, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false } },
    scales: { x: { time: true }, y: { distr: spec.log ? 3 : 1, range: spec.log ? undefined : (plot, low, high) => [0, Math.max(high * 1.08, spec.least ?? 1e-9)] } },
    axes: [
      { ...axis, space: 70, size: 30, values: (plot, splits, index, space, step) => splits.map((at, number) => {
        const moment = new Date(at * 1000);
        if (step >= 86400 || moment.getHours() + moment.getMinutes() === 0) return asDate.format(moment);
        return asHour.format(moment);
      }) },
      { ...axis, size: 58, values: (plot, splits) => splits.map((value) => (value == null ? "" : formats[spec.unit](value))) },
    ],
    series: [{}, ...spec.series.map((series) => ({
      label: series.name, stroke: colour(series.colour), width: 2,
      fill: series.filled ? `color-mix(in srgb, ${colour(series.colour)} 16%, transparent)` : undefined,
      points: { size: 5, filter: alone }, spanGaps: spec.joined,
    }))],
    plugins: [tooltip(spec)],
    hooks: { setSelect: [(plot) => {
      if (plot.select.width < 4) return;
      const [since, until] = [plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x")];
      const url = new URL(location.href);
      url.searchParams.set("since", new Date(since * 1000).toISOString());
      url.searchParams.set("until", new Date(until * 1000).toISOString());
      location.assign(url);
    }] },
  }, [spec.times, ...spec.series.map((series) => series.values)], place);
  charts.set(figure, plot);
}

function drawAll(root) {
  for (const [figure, plot] of charts) {
    if (!figure.isConnected) { plot.destroy(); charts.delete(figure); }
  }
  for (const figure of $$("figure[data-chart]", root)) if (!charts.has(figure)) draw(figure);
}

function redraw() {
  for (const [figure, plot] of charts) { plot.destroy(); charts.delete(figure); }
  drawAll(document);
}

let resizing;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    for (const [figure, plot] of charts) plot.setSize({ width: $(".plot", figure).clientWidth, height: plot.height });
  }, 80);
});

// Light and dark.

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
$("[data-theme-switch]")?.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
  redraw();
});

// Filters: what is empty is not in the URL.

document.addEventListener("htmx:configRequest", (event) => {
  for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
});

// Live: an event says that there is something new; the page is asked for again, and its content replaced.

const live = { stream: null, paused: sessionStorage.getItem("paused") === "yes", waiting: false };

function refresh() {
  const busy = document.activeElement?.closest("main") && document.activeElement.matches("input[type=search], input[type=text], select");
  if (live.paused || document.hidden || busy || $("details.keep[open]")) { live.waiting = true; return; }
  live.waiting = false;
  htmx.ajax("GET", location.pathname + location.search, { target: "#content", select: "#content", swap: "outerHTML" });
}

function connect() {
  const button = $("[data-live]");
  live.stream?.close();
  live.stream = null;
  if (!button) return;
  button.setAttribute("aria-pressed", String(live.paused));
  $("span", button).textContent = live.paused ? "Paused" : "Live";
  if (live.paused || document.hidden) return; // a browser opens six connections to a server: a hidden page has none
  live.stream = new EventSource("/live");
  live.stream.addEventListener("change", refresh);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-live]")) return;
  live.paused = !live.paused;
  sessionStorage.setItem("paused", live.paused ? "yes" : "no");
  $("#announcer").textContent = live.paused ? "Live updates are paused" : "Live updates go on";
  connect();
  if (!live.paused) refresh();
});
document.addEventListener("visibilitychange", () => {
  connect();
  if (!document.hidden && $("[data-live]")) refresh(); // what there was meanwhile, nobody has said
});
addEventListener("pagehide", () => live.stream?.close());

// Search inside a table: what does not match is hidden.

document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-search]");
  if (!field) return;
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = $$(`${field.dataset.search} tbody tr`);
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const matches = words.every((word) => text.includes(word));
    row.classList.toggle("hidden", !matches);
    shown += matches;
  }
  const said = $(`[data-found="${field.dataset.search}"]`);
  if (said) said.textContent = words.length ? `${shown} of ${rows.length}` : "";
});

// A page, and each part of one that arrives.

function ready(root) {
  localTimes(root);
  drawAll(document);
  const nav = $("#pages"), here = $("#pages [aria-current]");
  if (nav && here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.clientWidth) / 2;
}
document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
document.addEventListener("DOMContentLoaded", () => { ready(document); connect(); });
