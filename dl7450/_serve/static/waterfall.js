// What is read stays where it is when its panel is replaced: a box that is scrolled, and in it the span that is opened.
"use strict";

(() => {
  const places = new Map();
  let opened = { id: "", top: 0 };

  document.addEventListener("scroll", ({ target }) => {
    if (target.id) places.set(target.id, [target.scrollLeft, target.scrollTop]);
  }, true);

  document.addEventListener("panel", ({ target }) => {
    for (const [id, [left, top]] of places) {
      const box = document.getElementById(id);
      if (box && target.contains(box)) box.scrollTo(left, top);
    }
    if (target.dataset.panel === "waterfall") keepOpened(target);
  });

  function keepOpened(panel) {
    const box = panel.querySelector(".waterfall-box");
    const row = box?.querySelector(".opened");
    if (!row) return;
    const id = row.querySelector("a").id;
    const place = () => row.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
    if (id === opened.id) box.scrollTop += place() - opened.top; // newer spans have come above it
    else for (const part of [row.nextElementSibling, row]) part.scrollIntoView({ block: "nearest" });
    opened = { id, top: place() };
  }
})();
