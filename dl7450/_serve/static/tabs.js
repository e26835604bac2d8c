// The tabs of a dock's page (the tabs pattern of WAI-ARIA). The chosen one is remembered, for all docks of this server.
// Without script, all is shown, one below the other.
"use strict";

(() => {
  const list = document.getElementById("tabs");
  if (!list) return;
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  list.hidden = false;
  for (const tab of tabs) {
    panelOf(tab).setAttribute("role", "tabpanel");
    panelOf(tab).tabIndex = 0;
  }

  function choose(chosen) {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      panelOf(tab).hidden = tab !== chosen;
    }
    localStorage.setItem("tab", chosen.id);
    chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
    panelOf(chosen).dispatchEvent(new CustomEvent("shown", { bubbles: true }));
  }

  list.addEventListener("click", ({ target }) => {
    const tab = target.closest("[role=tab]");
    if (!tab) return;
    choose(tab);
    if (getComputedStyle(list).position === "sticky") panelOf(tab).scrollIntoView(); // one column: it may be far below
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the page has a meaning for arrows, too
    const tab = tabs[(next + tabs.length) % tabs.length];
    tab.focus();
    choose(tab);
  });
  choose(tabs.find((tab) => tab.id === localStorage.getItem("tab")) ?? tabs[0]);
})();
