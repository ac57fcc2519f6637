// What every page gets; nothing needs it.
document.querySelector(".error-summary")?.focus();

if (document.querySelector("table[data-grid]")) {
  const { enhance } = await import("./grid.js");
  document.querySelectorAll("table[data-grid]").forEach(enhance);
}

if (document.querySelector("form[data-once]")) {
  const { once } = await import("./once.js");
  document.querySelectorAll("form[data-once]").forEach(once);
}
