// Before anything is drawn: light or dark, as the reader chose it; else as the system has it.
"use strict";
{
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}
