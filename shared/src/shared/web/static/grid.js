// A table of inputs like a sheet: arrow keys and Enter move, a block copied from a spreadsheet fills the cells (paste.js).
// Cells are the inputs and selects of the body, one per column at most; a column without one is passed over.

import { paste, usable } from "./paste.js";

const FIELD = "input:not([type=hidden]), select, textarea";

const cells = (table) =>
  [...table.tBodies].flatMap((body) =>
    [...body.rows].map((row) => [...row.cells].map((cell) => cell.querySelector(FIELD)))
  ).filter((row) => row.some(Boolean));

const place = (grid, field) => {
  const row = grid.findIndex((fields) => fields.includes(field));
  return row < 0 ? null : { row, column: grid[row].indexOf(field) };
};

function go(grid, from, rows, columns) {
  let { row, column } = from;
  do {
    row += rows;
    column += columns;
  } while (grid[row] && column >= 0 && column < grid[row].length && !usable(grid[row][column]));
  const field = grid[row]?.[column];
  if (!usable(field)) return false;
  field.focus();
  field.select?.();
  return true;
}

// Left and right leave a cell only from its edge, so that text can still be edited.
function steps(event) {
  const field = event.target;
  const text = field.tagName === "INPUT";
  if (field.tagName === "SELECT" && event.key.startsWith("Arrow")) return null;
  const whole = text && field.selectionStart === 0 && field.selectionEnd === field.value.length;
  if (event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey)) return [-1, 0];
  if (event.key === "ArrowDown" || (event.key === "Enter" && text)) return [1, 0];
  if (event.key === "ArrowLeft" && (whole || field.selectionEnd === 0)) return [0, -1];
  if (event.key === "ArrowRight" && (whole || field.selectionStart === field.value.length)) return [0, 1];
  return null;
}

export function enhance(table) {
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || event.target.tagName === "TEXTAREA") return;
    if (event.shiftKey && event.key !== "Enter") return;
    const move = steps(event);
    const grid = cells(table);
    const from = move && place(grid, event.target);
    if (!from) return;
    if (go(grid, from, ...move) || event.key === "Enter") event.preventDefault();
  });
  table.addEventListener("paste", (event) => {
    const grid = cells(table);
    const from = place(grid, event.target);
    if (from && event.target.tagName !== "TEXTAREA" && paste(table, grid, from, event.clipboardData.getData("text/plain"))) event.preventDefault();
  });
  table.dataset.grid = "ready";
}
