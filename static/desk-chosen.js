// Remembers the ticks of the list from page to page, and says how many there are. Without this file the ticks of the
// page on the screen count.
const KEPT = "nnmkb-chosen";
const form = document.getElementById("bulk");
const boxes = () => document.querySelectorAll('input[name="nummer"][form="bulk"]');

function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    return new Set(Array.isArray(found) ? found.filter((one) => typeof one === "string") : []);
  } catch {
    return new Set();
  }
}

function keep(chosen) {
  sessionStorage.setItem(KEPT, JSON.stringify([...chosen]));
}

function tell(chosen) {
  const line = form.querySelector("[data-chosen]");
  const here = [...boxes()].filter((box) => box.checked).length;
  const elsewhere = chosen.size - here;
  const most = Number(form.dataset.most);
  const words = chosen.size ? `${chosen.size} gekozen${elsewhere ? `, ${elsewhere} op een andere bladzijde` : ""}.` : "";
  line.replaceChildren(words + (chosen.size > most ? ` Kies er hoogstens ${most} tegelijk.` : ""));
  if (!chosen.size) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "nnmkb-linkbutton";
  button.textContent = "Wis de keuze";
  button.addEventListener("click", () => {
    for (const box of boxes()) box.checked = false;
    keep(new Set());
    tell(new Set());
    document.getElementById("bulk-act").focus();
  });
  line.append(" ", button);
}

if (form) {
  const chosen = kept();
  for (const box of boxes()) {
    // The browser puts ticks back of its own accord when somebody comes back to the page.
    if (box.checked) chosen.add(box.value);
    box.checked = chosen.has(box.value);
  }
  keep(chosen);
  tell(chosen);

  document.addEventListener("change", (event) => {
    if (event.target.name !== "nummer") return;
    const now = kept();
    if (event.target.checked) now.add(event.target.value);
    else now.delete(event.target.value);
    keep(now);
    tell(now);
  });

  form.addEventListener("submit", () => {
    const here = new Set([...boxes()].map((box) => box.value));
    for (const old of form.querySelectorAll("input[data-elsewhere]")) old.remove();
    for (const one of kept()) {
      if (here.has(one)) continue;
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = "nummer";
      hidden.value = one;
      hidden.dataset.elsewhere = "";
      form.append(hidden);
    }
    if (form.elements.actie.value !== "export") keep(new Set());
  });
}
