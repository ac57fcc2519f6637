// A form that is sent once: a second press while the first is under way does nothing. The server needs none of this.
// After Back the same page can be sent again; where it was sent already it says so (template data-sent-already).

const AGAIN_AFTER = 8000; // milliseconds, for whoever has stopped the first sending

export function once(form) {
  let sending = 0;
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sending && Date.now() - sending < AGAIN_AFTER) {
      event.preventDefault();
      return;
    }
    sending = Date.now();
    sent = true;
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sending = 0;
    form.removeAttribute("aria-busy");
    const notice = form.querySelector("template[data-sent-already]");
    if (sent && notice) notice.replaceWith(notice.content.cloneNode(true));
  });
}
