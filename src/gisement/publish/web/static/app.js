// Without this file every page works: forms have buttons, drawings can be taken as SVG.
"use strict";

// On a narrow screen the menu waits to be asked for.
const menu = document.querySelector(".menu details");
const narrow = matchMedia("(max-width: 46rem)");
const fold = () => { if (menu) menu.open = !narrow.matches; };
narrow.addEventListener("change", fold);
fold();

// The address holds the whole state: what a form fetched is what the address then says.
let shown = location.pathname + location.search;
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (form instanceof HTMLFormElement && form.hasAttribute("data-state")) {
    const address = event.detail.xhr.responseURL;
    if (address) history.pushState(null, "", address);
    shown = location.pathname + location.search;
    const other = document.querySelector("a.language");
    if (other) other.search = location.search;
  }
});
// A link inside the page (to its content, say) is no other state.
window.addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) location.reload();
});

// A drawing as PNG: the same SVG, drawn at twice its size.
document.addEventListener("click", async (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-png]") : null;
  if (!link) return;
  event.preventDefault();
  const answer = await fetch(link.href);
  const source = URL.createObjectURL(new Blob([await answer.text()], { type: "image/svg+xml" }));
  const image = new Image();
  image.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    canvas.width = 2 * (image.naturalWidth || 800);
    canvas.height = 2 * (image.naturalHeight || 400);
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#ffffff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(source);
    canvas.toBlob((png) => {
      const save = document.createElement("a");
      save.href = URL.createObjectURL(png);
      save.download = link.getAttribute("download");
      save.click();
      setTimeout(() => URL.revokeObjectURL(save.href), 1000);
    });
  });
  image.src = source;
});
