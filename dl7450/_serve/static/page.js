// A live page: of a dock, or the wall. It listens for the names of the parts that show something else, and asks for
// those anew.
// Everything works by links and forms without it, but for the liveness.
"use strict";

(() => {
  const dock = document.querySelector("[data-events]");
  if (!dock) return;
  const chosen = new Map(); // what is chosen inside a panel: its query
  const wanted = new Set(); // panels that are to be asked for
  const under = new Set(); // panels that are asked for now

  // A panel is asked for once at a time; what was said meanwhile is one more time. One that is out of sight waits.
  async function refresh(name) {
    wanted.add(name);
    if (under.has(name) || document.getElementById(`panel-${name}`)?.closest("[hidden]")) return;
    under.add(name);
    try {
      while (wanted.delete(name)) await replace(name);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the server is away: the stream says so, and when it is back
    } finally {
      under.delete(name);
    }
  }

  async function replace(name) {
    const before = document.getElementById(`panel-${name}`);
    if (!before) return;
    const answer = await fetch(before.dataset.from + (chosen.get(name) ?? ""), { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const after = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("section");
    document.adoptNode(after);
    // A picture is there before it is shown: else the monitors would flicker.
    await Promise.all([...after.querySelectorAll("img")].map((image) => image.decode().catch(() => {})));
    keepEdited(before, after);
    for (const details of before.querySelectorAll("details[id]")) {
      const same = after.querySelector(`#${CSS.escape(details.id)}`);
      if (same) same.open = details.open;
    }
    const focused = document.activeElement;
    const filled = before.contains(focused) && focused.matches("input, textarea, select");
    if (filled && focused.type === "range") { // it is being drawn: it stays where it is
      merge(before, after, focused);
      ready(before);
      return;
    }
    if (filled) { // what is being filled in is not taken away
      focused.addEventListener("blur", () => refresh(name), { once: true });
      return;
    }
    const like = before.contains(focused) && selector(focused);
    before.replaceWith(after);
    if (like) document.querySelector(like)?.focus({ preventScroll: true });
    ready(after);
  }

  // By which an element is found in another panel that takes the place of its own; none: it is not.
  function selector(element) {
    if (element.id) return `#${CSS.escape(element.id)}`;
    return element.matches("details[id] > summary") && `${selector(element.parentElement)} > summary`;
  }

  // Replace all of an element but one below it, which only gets its new attributes: what is around it may be another.
  function merge(before, after, kept) {
    const fresh = after.id === kept.id ? after : after.querySelector(`#${CSS.escape(kept.id)}`);
    if (before === kept && fresh) {
      for (const { name, value } of fresh.attributes) if (name !== "value") kept.setAttribute(name, value);
    } else if (fresh && fresh !== after) {
      const [old, its] = [[before, kept], [after, fresh]].map(([all, one]) => [...all.children].find((child) => child.contains(one)));
      for (const node of [...before.childNodes]) if (node !== old) node.remove();
      const nodes = [...after.childNodes];
      old.before(...nodes.slice(0, nodes.indexOf(its)));
      old.after(...nodes.slice(nodes.indexOf(its) + 1));
      merge(old, its, kept);
    } else {
      before.replaceWith(after);
    }
  }

  // What was chosen or written in a form, and not sent yet, is not taken away.
  function keepEdited(before, after) {
    for (const field of before.querySelectorAll("[id][data-edited]")) {
      const same = after.querySelector(`#${CSS.escape(field.id)}`);
      if (!same) continue;
      if (same.type === "checkbox") same.checked = field.checked;
      else same.value = field.value; // a choice that there is no more is none
      if (same.value === field.value) same.dataset.edited = "";
      else if (same.matches("select")) same.selectedIndex = 0;
      if (same.type === "range") tell(same);
    }
  }

  // Once it is sent, a field shows what is so; `data-keep`: it goes for the next time, too.
  function isSent(form) {
    for (const { id } of form.elements) {
      const field = id && document.getElementById(id);
      if (field && !("keep" in field.dataset)) delete field.dataset.edited;
    }
  }

  // What a slider stands at, as text: one of `data-texts`, or the number and its unit.
  function tell(slider) {
    const { texts, unit = "" } = slider.dataset;
    const text = texts ? texts.split("|")[slider.value] : slider.value + unit;
    slider.setAttribute("aria-valuetext", text);
    const output = slider.form.querySelector("output");
    if (output) output.textContent = text;
  }

  function ready(panel) {
    localTimes(panel);
    for (const element of panel.querySelectorAll("[data-end]")) element.scrollTop = element.scrollHeight;
    panel.dispatchEvent(new CustomEvent("panel", { bubbles: true }));
  }

  function choose(element, query) {
    const name = element.closest("[data-panel]").dataset.panel;
    chosen.set(name, query === "?" ? "" : query);
    refresh(name);
  }

  // Links and fields that choose something inside a panel.

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-inside]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(link, link.getAttribute("href"));
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-inside]");
    if (!form) {
      event.target.dataset.edited = "";
      if (event.target.type === "range") tell(event.target);
      return;
    }
    const query = new URLSearchParams(new FormData(form));
    if (event.target.type === "range" && event.target.value === event.target.max) query.delete(event.target.name); // the newest
    choose(form, `?${query}`);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select, pre") || event.ctrlKey || event.metaKey || event.altKey) return;
    const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-at-once]"); // a slider acts when it is let go
    if (form) form.requestSubmit();
  });

  // Forms that do something: the page stays where it is, and hears by the stream what is new.

  const refused = document.getElementById("refused");
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || !dock.contains(form)) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    document.activeElement?.matches("input:not([type=range])") && document.activeElement.blur();
    const action = event.submitter?.getAttribute("formaction") ?? form.action;
    try {
      const answer = await fetch(action, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (answer.ok) {
        isSent(form);
        refresh(form.closest("[data-panel]").dataset.panel); // at once: the stream may have others to name before
      }
      refused.textContent = answer.ok ? "" : await answer.text();
      refused.hidden = answer.ok;
    } catch {
      gone(true);
    }
  });

  // The stream. Where the server has gone away, the page is blank until it is back.

  const notice = document.getElementById("gone");
  function gone(is) {
    document.documentElement.classList.toggle("gone", is);
    notice.hidden = !is;
  }

  let stream;
  function listen() {
    if (document.hidden || stream?.readyState < EventSource.CLOSED) return;
    stream = new EventSource(dock.dataset.events);
    stream.addEventListener("open", () => gone(false));
    stream.addEventListener("change", (event) => JSON.parse(event.data).forEach(refresh));
    stream.addEventListener("error", () => {
      gone(true);
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 500); // it is refused, and will be until then
    });
  }
  // A page that nobody sees has no stream: a browser opens six connections to a server, and a seventh page would wait.
  // A new stream names all panels.
  document.addEventListener("visibilitychange", () => (document.hidden ? stream?.close() : listen()));
  document.addEventListener("shown", ({ target }) => {
    for (const { dataset } of target.querySelectorAll("[data-panel]")) if (wanted.has(dataset.panel)) refresh(dataset.panel);
  });
  listen();
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
})();
