// Letter keys for who likes them; this file is only sent to who has them on. Each key only presses or focuses something
// that is on the page, so nothing works by key alone. What the keys are: referrals/views/profile.py.
const ROW = "td.nnmkb-cell--main a";
const PAGE = "/werkbak/toetsen/";
let waitsFor = 0;

const links = () => [...document.querySelectorAll(ROW)];
const here = () => document.activeElement?.closest?.("tr")?.querySelector(ROW) ?? document.querySelector(`tr[aria-current] ${ROW}`);

function step(by) {
  const all = links();
  if (!all.length) return;
  const at = all.indexOf(here());
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next].focus();
}

// Do something in the pane of the row at hand; open that row first when another one, or none, is open.
function inPane(act) {
  const row = here();
  const open = document.getElementById("pane-title");
  if (!row) {
    if (open) act();
    return;
  }
  if (open && row.closest("tr").hasAttribute("aria-current")) {
    act();
    return;
  }
  document.addEventListener("nnmkb:shown", act, { once: true });
  row.click();
}

function press(...selectors) {
  for (const selector of selectors) {
    const found = document.querySelector(selector);
    if (found) {
      found.click();
      return;
    }
  }
}

const button = (slug) => `form[action$="/${slug}/"] button[type="submit"]`;
const link = (slug) => `.nnmkb-actions a[href*="/${slug}/"]`;

async function help() {
  const shown = document.getElementById("nnmkb-keys");
  if (shown) {
    shown.showModal();
    return;
  }
  const answer = await fetch(PAGE, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = page.querySelector("main dl");
  if (!answer.ok || answer.redirected || !list) {
    location.assign(PAGE);
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.id = "nnmkb-keys";
  dialog.className = "nnmkb-dialog";
  dialog.setAttribute("aria-labelledby", "nnmkb-keys-title");
  const title = document.createElement("h2");
  title.id = "nnmkb-keys-title";
  title.className = "nl-heading nl-heading--level-2";
  title.textContent = "Toetsen";
  const form = document.createElement("form");
  form.method = "dialog";
  const close = document.createElement("button");
  close.className = "nl-button nl-button--secondary";
  close.textContent = "Sluit";
  form.append(close);
  dialog.append(title, document.adoptNode(list), form);
  document.body.append(dialog);
  dialog.showModal();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => here()?.closest("tr").querySelector('input[name="nummer"]')?.click(),
  c: () => inPane(() => press(button("oppakken"))),
  o: () => inPane(() => (document.querySelector('[aria-labelledby="pane-partners"] a') ?? document.getElementById("pane-title")).focus()),
  r: () => inPane(() => press(button("loslaten"), link("terughalen"))),
  n: () => inPane(() => document.getElementById("note_text")?.focus()),
  "/": () => document.querySelector('input[name="zoek"]')?.focus(),
  "?": help,
};

function typing(target) {
  return target.closest?.('input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable], dialog[open]');
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
  if (typing(event.target)) return;
  const afterG = waitsFor && Date.now() < waitsFor;
  waitsFor = 0;
  if (event.key === "g") {
    waitsFor = Date.now() + 1500;
    return;
  }
  if (afterG && event.key === "m") {
    event.preventDefault();
    location.assign("/werkbak/?lijst=mijn");
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// Tell assistive technology which keys press what.
function name() {
  const keys = [
    ['input[name="zoek"]', "/"],
    [button("oppakken"), "c"],
    [button("loslaten"), "r"],
    ["#note_text", "n"],
    ['[aria-labelledby="pane-partners"] a', "o"],
  ];
  for (const [selector, key] of keys) document.querySelector(selector)?.setAttribute("aria-keyshortcuts", key);
  for (const box of document.querySelectorAll('input[name="nummer"]')) box.setAttribute("aria-keyshortcuts", "x");
}

name();
document.addEventListener("nnmkb:shown", name);
document.body.dataset.keys = "on";
