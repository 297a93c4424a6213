// Opens a referral beside the list without fetching the list again, so that its place is kept.
// Every link works without this file.
const PANE = ".nnmkb-pane";
const OPENS = "td.nnmkb-cell--main a, .nnmkb-pane__close, .nnmkb-pane__back a";
let latest = 0;

const number = (address) => new URL(address, location.href).searchParams.get("open");

function mark(wanted) {
  for (const link of document.querySelectorAll("td.nnmkb-cell--main a")) {
    const row = link.closest("tr");
    if (wanted && number(link.href) === wanted) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function place(page, address) {
  const marked = document.querySelector("tr[aria-current] td.nnmkb-cell--main a");
  document.querySelector(PANE)?.remove();
  const fresh = page.querySelector(PANE);
  if (fresh) document.querySelector(".nnmkb-desk").append(document.adoptNode(fresh));
  document.title = page.title;
  mark(number(address));
  // Into the pane when it opens; back to the row it came from when it closes.
  (document.getElementById("pane-title") ?? marked ?? document.getElementById("inhoud")).focus();
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
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href, true);
});

addEventListener("popstate", () => show(location.href, false));
