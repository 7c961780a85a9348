// A page that is the same for everyone asks for the menu of whoever is signed in. Without an answer it keeps its own.
(() => {
  const place = document.querySelector("[data-menu]");
  if (!place) return;
  fetch(place.dataset.menu, { credentials: "same-origin", cache: "no-store" })
    .then((answer) => (answer.status === 200 && !answer.redirected ? answer.text() : ""))
    .then((menu) => {
      if (menu && !place.contains(document.activeElement)) place.outerHTML = menu;
    })
    .catch(() => {});
})();
