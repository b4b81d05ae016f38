// Looks again by itself and loads the page anew when something changed. Without script: the link.
"use strict";
(() => {
  const mark = document.querySelector("main").dataset.mark;
  const end = Date.now() + 15 * 60 * 1000;
  let wait = 2000;
  const later = () => { wait = Math.min(wait * 1.4, 30000); setTimeout(look, wait); };
  const look = () => {
    if (Date.now() > end) return;
    if (document.hidden) { later(); return; }
    fetch(location.href, { cache: "no-store", headers: { "If-None-Match": `"${mark}"` } }).then(
      (answer) => { if (answer.status === 200) location.reload(); else later(); },
      later,
    );
  };
  setTimeout(look, wait);
})();
