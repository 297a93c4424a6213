// Compares a dossier with the digests on this page, in the browser: the file is never sent. Without this file the page
// still shows the digests and how to compare them.
const KEPT = "nnmkb-verify";
const LARGEST = 20_000_000;
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const HEX = 15;
// Of one part of a PDF: more than a dossier has, and too little to fill the memory with.
const LARGEST_PART = 1_000_000;
const MOST_PARTS = 100;
const ADDRESS = /\/c\/((?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4})\//;

const box = document.querySelector("[data-verify]");
// Outside https a browser has no SHA-256.
if (box && window.isSecureContext && crypto.subtle) begin();

function begin() {
  const input = box.querySelector("input");
  box.hidden = false;
  input.addEventListener("change", () => input.files.length && check(input.files[0]));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    // On the whole page: a file that lands beside the frame must not open in its place.
    document.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      box.classList.toggle("nnmkb-filedrop--over", kind !== "drop");
      if (kind === "drop" && event.dataTransfer.files.length) check(event.dataTransfer.files[0]);
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) box.classList.remove("nnmkb-filedrop--over");
  });
  const kept = taken();
  if (kept && box.dataset.code) toVerdict(judge(kept.digest, kept.code));
}

async function check(file) {
  say("busy");
  if (file.size > LARGEST) return say("large", file.name);
  try {
    const bytes = await file.arrayBuffer();
    const digest = hex(await crypto.subtle.digest("SHA-256", bytes));
    const named = await addressIn(bytes);
    if (box.dataset.code) return judge(digest, named, file.name);
    const code = named || codeOf(bytes, digest);
    if (code) open(digest, code);
    else say("nameless", file.name);
  } catch {
    say("unread", file.name);
  }
}

function judge(digest, code, name) {
  const { json, pdf, standing } = box.dataset;
  if (digest === json || (pdf && digest === pdf)) return say(standing === "valid" ? "genuine" : "old", name);
  if (!code || code === box.dataset.code) return say("different", name);
  const said = say("other", name);
  said.querySelector("a").href = `${box.dataset.start}${code}/`;
  return said;
}

// Who comes from another page must not stop at «Geldig» on top: that is about the code and not about the file.
function toVerdict(verdict) {
  verdict.tabIndex = -1;
  verdict.focus({ preventScroll: true });
  verdict.scrollIntoView({ block: "center" });
}

// Of a dossier.json the code is the begin of its own digest.
function codeOf(bytes, digest) {
  if (!String.fromCharCode(new Uint8Array(bytes)[0]).startsWith("{")) return "";
  let number = BigInt(`0x${digest.slice(0, HEX)}`);
  let letters = "";
  for (; letters.length < 12; number >>= 5n) letters = LETTERS[Number(number & 31n)] + letters;
  return letters.replace(/(.{4})(?=.)/g, "$1-");
}

// A PDF names its address in the link on its page, which it keeps in compressed parts with other objects.
async function addressIn(bytes) {
  const text = new TextDecoder("latin1").decode(bytes);
  if (!text.startsWith("%PDF-")) return "";
  const parts = [...text.matchAll(/\/ObjStm\b[^>]*>>\s*stream\r?\n/g)].slice(0, MOST_PARTS);
  for (const part of parts) {
    const length = Number(part[0].match(/\/Length (\d+)(?! \d+ R)/)?.[1] ?? before(text, part.index));
    const start = part.index + part[0].length;
    const found = (await inflated(bytes.slice(start, start + length))).match(ADDRESS);
    if (found) return found[1];
  }
  return text.match(ADDRESS)?.[1] ?? "";
}

function before(text, index) {
  const head = text.slice(text.lastIndexOf("<<", index), index);
  return head.match(/\/Length (\d+)(?! \d+ R)/)?.[1] ?? 0;
}

async function inflated(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const decoder = new TextDecoder("latin1");
  let text = "";
  try {
    while (text.length < LARGEST_PART) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    // Not what it says it is: what could be read of it is enough to look in.
  }
  return text;
}

// To the page of the code, with the digest in this tab's own memory: in the address anybody could have put it there.
function open(digest, code) {
  sessionStorage.setItem(KEPT, JSON.stringify({ digest, code }));
  location.assign(`${box.dataset.start}${code}/`);
}

function taken() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  return kept;
}

function say(what, name) {
  const verdict = box.querySelector("[data-verdict]");
  const said = box.querySelector(`template[data-say="${what}"]`).content.cloneNode(true);
  const title = said.querySelector(".utrecht-alert__title");
  if (title && name) title.append(`: ${name}`);
  verdict.replaceChildren(said);
  return verdict;
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
