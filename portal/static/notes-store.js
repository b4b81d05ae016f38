// Notes and links on this device. Read anew before each change: another tab may have written.

const NOTES = "notes";
const LINKS = "note-links";

function read(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key) || "[]");
    return Array.isArray(found) ? found.filter((one) => one && typeof one.id === "string") : [];
  } catch {
    return [];
  }
}

/** False if the device has no room, or the browser keeps nothing: then all is as it was. */
function save(key, rows) {
  try {
    if (rows.length) localStorage.setItem(key, JSON.stringify(rows));
    else localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
}

function put(key, row) {
  const rows = read(key);
  const place = rows.findIndex((one) => one.id === row.id);
  if (place < 0) rows.push(row);
  else rows[place] = row;
  return save(key, rows);
}

const drop = (key, id) => save(key, read(key).filter((one) => one.id !== id));

/** Whether this browser keeps anything for this site. */
export function works() {
  try {
    return Boolean(window.localStorage);
  } catch {
    return false;
  }
}

export const newId = () => crypto.randomUUID();
export const notes = () => read(NOTES);
export const keepNote = (note) => put(NOTES, note);
export const dropNote = (id) => drop(NOTES, id);
export const dropAllNotes = () => save(NOTES, []);
export const links = () => read(LINKS);
export const keepLink = (link) => put(LINKS, link);
export const dropLink = (id) => drop(LINKS, id);
export const onChange = (again) => addEventListener("storage", again);
