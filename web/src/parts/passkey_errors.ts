/** Say on the page when a passkey was not given: the person closed the question, or the device has none. */
export function startPasskeyErrors(): void {
  const place = document.querySelector<HTMLElement>("[data-passkey-error]");
  if (!place) return;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    place.textContent = place.dataset["passkeyError"] ?? "";
    place.hidden = false;
  });
}
