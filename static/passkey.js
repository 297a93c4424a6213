// Lets the browser make or show a passkey, and sends its answer with the form. Without this file a code does the same.
const FAILED = "Het lukte niet met deze passkey. Probeer het opnieuw.";
const NONE = "Deze browser kent geen passkeys. Gebruik een code.";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

// What the site sends as text, as the browser wants it: bytes.
function opened(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const one of [...(options.allowCredentials ?? []), ...(options.excludeCredentials ?? [])]) one.id = bytes(one.id);
  return { publicKey: options };
}

// What the browser answers in bytes, as text.
function answerOf(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = text(credential.response[name]);
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const told = form.querySelector("[data-passkey-told]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    told.textContent = "";
    if (!window.PublicKeyCredential) {
      told.textContent = NONE;
      return;
    }
    try {
      const options = opened(JSON.parse(form.dataset.options));
      form.elements.antwoord.value = answerOf(await navigator.credentials[form.dataset.passkey](options));
      form.submit();
    } catch {
      told.textContent = FAILED;
    }
  });
  // Until here a click would send an empty answer, so the button was not there yet.
  told.textContent = "";
  form.querySelector("[data-passkey-go]").hidden = false;
}
