// Opens a referral beside the list without fetching the list again, so that its place is kept; asks now and then who
// else looks at it; and gives the focus back to the row after an act. Every link and form works without this file.
const PANE = ".nnmkb-pane";
const ROW = "td.nnmkb-cell--main a";
const OPENS = `${ROW}, .nnmkb-pane__close, .nnmkb-pane__back a, .nnmkb-pane__walk a`;
const ACTED = "nnmkb-acted";
const MINUTE = 60000;
let latest = 0;

const part = (address, name) => new URL(address, location.href).searchParams.get(name);
const number = (address) => part(address, "open");
// A neighbour on another page of the list: then the list must come along.
const elsewhere = (address) => part(address, "vanaf") !== part(location.href, "vanaf");

function mark(wanted) {
  for (const link of document.querySelectorAll(ROW)) {
    const row = link.closest("tr");
    if (wanted && number(link.href) === wanted) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function place(page, address) {
  const marked = document.querySelector(`tr[aria-current] ${ROW}`);
  document.querySelector(PANE)?.remove();
  const fresh = page.querySelector(PANE);
  if (fresh) document.querySelector(".nnmkb-desk").append(document.adoptNode(fresh));
  document.title = page.title;
  mark(number(address));
  // Into the pane when it opens; back to the row it came from when it closes.
  (document.getElementById("pane-title") ?? marked ?? document.getElementById("inhoud")).focus();
  document.dispatchEvent(new CustomEvent("nnmkb:shown"));
}

async function show(address, push) {
  const turn = ++latest;
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== latest) return;
    // Signed out meanwhile, or an error page: let the browser show it.
    if (!answer.ok || answer.redirected || !page.querySelector(".nnmkb-desk")) throw new Error("not the workbench");
    if (push) history.pushState(null, "", address);
    place(page, address);
  } catch {
    if (turn === latest) location.assign(address);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(OPENS);
  if (!link || elsewhere(link.href) || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href, true);
});

addEventListener("popstate", () => show(location.href, false));

// An act in the pane loads the page again: remember that, and go back to the row.
document.addEventListener("submit", (event) => {
  if (event.target.closest(PANE) && event.target.method === "post") sessionStorage.setItem(ACTED, "1");
});

if (sessionStorage.getItem(ACTED)) {
  sessionStorage.removeItem(ACTED);
  const row = document.querySelector(`tr[aria-current] ${ROW}`);
  row?.focus();
  // On a phone the pane stands in front of the list, and a row that cannot be seen takes no focus.
  if (!row || document.activeElement !== row) document.getElementById("pane-title")?.focus();
}

setInterval(async () => {
  const line = document.querySelector("[data-presence]");
  if (!line || document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(line.dataset.presence, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const words = new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim();
    if (words !== line.textContent.trim()) line.textContent = words;
  } catch {
    // Away from the network for a moment: the hint stays as it was.
  }
}, MINUTE);
