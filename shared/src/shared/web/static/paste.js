// A block copied from a spreadsheet into a table of inputs. Numbers go into cells as they are written, words into the
// choices of a cell (data-words of the table: an answer or a status, in both languages). Columns of text are passed over;
// where their words are those of a row of the table, the figures go to that row. What was taken, what was not, and a button
// to undo it stand in the element that data-pasted names. An empty cell of the block leaves the cell of the table alone.

const NUMBER = /^[-+]?[\d.,\s]*\d[\d.,\s]*%?$/;
const plain = (text) => text.normalize("NFC").toLowerCase().replace(/[\s“”"*:]+/g, " ").trim();
export const usable = (field) => field && !field.disabled && !field.readOnly;

// Tab-separated; a cell that holds a tab, a line end or a quote is quoted.
function split(text) {
  const rows = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n?|\n|$)/g)) {
    rows.at(-1).push((quoted?.replaceAll('""', '"') ?? bare ?? "").trim());
    if (end === "") break;
    if (end !== "\t") rows.push([]);
  }
  if (rows.length > 1 && rows.at(-1).every((entry) => !entry)) rows.pop();
  return rows;
}

// What the columns of the block are: text, a number of order in front of text, a status of the figure to the left, figures.
function columnsOf(block, words, room) {
  const width = Math.max(...block.map((row) => row.length));
  const known = (entry) => NUMBER.test(entry) || plain(entry) in words;
  const column = (at) => block.map((row) => row[at] ?? "").filter(Boolean);
  const kinds = Array.from({ length: width }, (_, at) => {
    const entries = column(at);
    return entries.length && !entries.some(known) ? "text" : "figure";
  });
  const order = column(0).filter((entry) => NUMBER.test(entry));
  if (kinds[0] === "figure" && kinds.indexOf("text") > 0 && kinds.lastIndexOf("figure") > 0 && order.every((entry, at) => Number(entry) === at + 1)) kinds[0] = "text";
  let figures = 0;
  kinds.forEach((kind, at) => {
    if (kind !== "figure") return;
    const said = column(at).map((entry) => words[plain(entry)]?.status);
    const statuses = said.length && said.every(Boolean) && figures > 0;
    if (statuses && (figures >= room || said.some((status) => status === "final" || status === "estimate"))) kinds[at] = "status";
    else figures += 1;
  });
  return kinds;
}

// The rows of the table that the rows of the block are for: by their words where any fits, from the focused one down else.
function rowsOf(block, kinds, words, grid, labels, from) {
  const told = block.map((row) => row.filter((_, at) => kinds[at] === "text").map(plain));
  const byLabel = told.map((texts) => labels.findIndex((label) => label && texts.includes(label)));
  if (byLabel.some((row) => row >= 0)) return byLabel;
  const says = (row) => row.some((entry, at) => kinds[at] !== "text" && (NUMBER.test(entry) || plain(entry) in words));
  const first = Math.max(block.findIndex(says), 0);
  return block.map((_, at) => (at < first || !grid[from + at - first] ? -1 : from + at - first));
}

const statusOf = (field) => field.closest("td")?.querySelector("select[name^='status.']");

function choose(select, value) {
  if (!select || ![...select.options].some((option) => option.value === value)) return false;
  select.value = value;
  return true;
}

// Whether the cell took it.
function put(field, entry, words) {
  const meaning = words[plain(entry)];
  if (meaning?.status) {
    if (!choose(statusOf(field), meaning.status)) return false;
    if (meaning.status === "missing" || meaning.status === "not_applicable") field.value = "";
    return true;
  }
  const value = field.tagName === "SELECT" ? (meaning?.value ?? entry) : entry;
  if (field.tagName === "SELECT") return choose(field, value);
  if (!NUMBER.test(entry)) return false;
  field.value = entry;
  return true;
}

const changed = (field) => ["input", "change"].forEach((kind) => field.dispatchEvent(new Event(kind, { bubbles: true })));

export function paste(table, grid, from, text) {
  // Without a prototype: a cell may say "constructor".
  const words = Object.assign(Object.create(null), JSON.parse(table.dataset.words ?? "{}"));
  const block = split(text);
  const [[only]] = block;
  const single = block.length === 1 && block[0].length === 1;
  // One number into one input is the browser's own paste.
  if (single && (grid[from.row][from.column].tagName === "INPUT" ? !words[plain(only)] : !only)) return false;
  const labels = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => row.querySelector("td :is(input, select)"))
    .map((row) => plain(row.querySelector("[data-label]")?.textContent ?? ""));
  const fields = [...grid[0].keys()].filter((at) => at >= from.column && grid.some((row) => usable(row[at])));
  const kinds = single ? ["figure"] : columnsOf(block, words, fields.length);
  const rows = single ? [from.row] : rowsOf(block, kinds, words, grid, labels, from.row);
  const before = new Map();
  const refused = [];
  const taken = new Set();
  let dropped = 0;
  block.forEach((entries, line) => {
    const row = grid[rows[line]];
    if (!row) {
      dropped += entries.some(Boolean) ? 1 : 0;
      return;
    }
    let at = -1;
    kinds.forEach((kind, column) => {
      if (kind === "text") return;
      if (kind === "figure") at += 1;
      const entry = entries[column] ?? "";
      const field = row[fields[at]];
      if (!entry) return;
      if (!usable(field)) {
        refused.push(entry);
        return;
      }
      [field, statusOf(field)].filter(Boolean).forEach((one) => before.has(one) || before.set(one, one.value));
      if (put(field, entry, words)) taken.add(field);
      else refused.push(entry);
    });
  });
  taken.forEach((field) => [field, statusOf(field)].filter(Boolean).forEach(changed));
  report(table, before, { taken: taken.size, labels: kinds.filter((kind) => kind === "text").length, rows: dropped, refused });
  return true;
}

function report(table, before, found) {
  const place = document.getElementById(table.dataset.pasted);
  if (!place) return;
  const said = place.dataset;
  const cells = found.refused.slice(0, 8).map((entry) => `“${entry.slice(0, 40)}”`).join(", ") + (found.refused.length > 8 ? "…" : "");
  place.querySelector("[role=status]").textContent = [
    said.pasteTaken.replace("{count}", found.taken),
    found.labels && said.pasteLabels.replace("{count}", found.labels),
    found.rows && said.pasteRows.replace("{count}", found.rows),
    found.refused.length && said.pasteCells.replace("{cells}", cells),
  ].filter(Boolean).join(" ");
  place.querySelector("button")?.remove();
  if (!before.size) return;
  const undo = Object.assign(document.createElement("button"), { type: "button", className: "button button-secondary", textContent: said.pasteUndo });
  undo.addEventListener("click", () => {
    before.forEach((value, field) => {
      field.value = value;
      changed(field);
    });
    undo.remove();
    place.querySelector("[role=status]").textContent = said.pasteUndone;
    before.keys().next().value?.focus();
  });
  place.append(undo);
}
