// Says now and then how many referrals came in since the list was made. The link beside it works without this file.
const MINUTE = 60000;

setInterval(async () => {
  const link = document.querySelector("[data-fresh]");
  if (!link || document.visibilityState !== "visible") return;
  try {
    const answer = await fetch(link.dataset.fresh, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const words = (await answer.text()).trim();
    if (words !== link.textContent.trim()) link.textContent = words;
  } catch {
    // Away from the network for a moment: the line stays as it was.
  }
}, MINUTE);
