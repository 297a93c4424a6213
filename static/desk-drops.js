// Closes the lists and choices that lie over the page: by Escape, or by a click beside them. Without this file their own
// word closes them.
const OPEN = ".nnmkb-drop details[open], details.nnmkb-drop[open]";

addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector(OPEN);
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(OPEN)) if (!open.contains(event.target)) open.open = false;
});
