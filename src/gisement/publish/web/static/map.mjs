// A map that one can zoom, in place of a drawing and beside its table. Without this file, or without WebGL, the drawing
// stays what it is. The library is only asked for when a reader wants to zoom.
const script = document.querySelector("script[data-library]");
const words = script.dataset;

const made = (tag, more, ...inside) => {
  const element = Object.assign(document.createElement(tag), more);
  element.append(...inside);
  return element;
};
const button = (text, act) => {
  const element = made("button", { type: "button", textContent: text });
  element.addEventListener("click", act);
  return element;
};
const hasWebGL = () => Boolean(document.createElement("canvas").getContext("webgl2"));

const boundsOf = (features) => {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const feature of features)
    for (const polygon of feature.geometry.coordinates)
      for (const [x, y] of polygon[0]) {
        [west, east] = [Math.min(west, x), Math.max(east, x)];
        [south, north] = [Math.min(south, y), Math.max(north, y)];
      }
  return [[west, south], [east, north]];
};

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const LAYERS = [
  { id: "areas", type: "fill", source: "areas", paint: { "fill-color": ["get", "shade"] } },
  { id: "borders", type: "line", source: "areas", paint: { "line-color": colour("sheet"), "line-width": 0.8 } },
  {
    id: "home", type: "line", source: "areas", filter: ["get", "is_home"],
    paint: { "line-color": colour("deep"), "line-width": 1.8 },
  },
  {
    id: "chosen", type: "line", source: "areas", filter: ["==", ["get", "code"], ""],
    paint: { "line-color": colour("ink"), "line-width": 3 },
  },
];

const open = async (figure, drawing, opener) => {
  const [library, answer] = await Promise.all([import(words.library), fetch(figure.dataset.contours)]);
  const data = await answer.json();
  library.setWorkerUrl(new URL(words.worker, location.href).href);
  const place = made("div", { className: "zoom" });
  const told = made("p", { className: "told" });
  told.setAttribute("role", "status");
  told.textContent = words.hint;
  const bounds = boundsOf(data.features);
  drawing.toggleAttribute("hidden", true);
  opener.hidden = true;
  const map = new library.Map({
    container: place, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
    rollEnabled: false, bounds, fitBoundsOptions: { padding: 12 }, maxZoom: 13, minZoom: 2,
    style: { version: 8, sources: { areas: { type: "geojson", data } }, layers: LAYERS },
    locale: { "Map.Title": words.title },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const close = () => {
    map.remove();
    box.remove();
    drawing.toggleAttribute("hidden", false);
    opener.hidden = false;
    opener.focus();
  };
  const box = made(
    "div", { className: "zoomed" },
    made(
      "p", { className: "buttons" },
      button(words.nearer, () => map.zoomIn()), button(words.farther, () => map.zoomOut()),
      button(words.whole, () => map.fitBounds(bounds, { padding: 12 })), button(words.close, close),
    ),
    place, told,
  );
  drawing.before(box);
  map.resize();

  const tell = (feature) => {
    map.setFilter("chosen", ["==", ["get", "code"], feature ? feature.properties.code : ""]);
    if (!feature) {
      told.textContent = words.nowhere;
      return;
    }
    const { title, address } = feature.properties;
    told.replaceChildren(address ? made("a", { href: address, textContent: title }) : title);
  };
  const at = (point) => map.queryRenderedFeatures(point, { layers: ["areas"] })[0];
  map.on("click", (event) => tell(at(event.point)));
  // with the keyboard, what is told is what stands in the middle
  map.on("moveend", () => {
    if (document.activeElement === map.getCanvas()) tell(at(map.project(map.getCenter())));
  });
  map.on("mousemove", "areas", (event) => tell(event.features[0]));
  map.on("load", () => { place.dataset.state = "ready"; map.getCanvas().focus(); });
};

if (hasWebGL())
  for (const figure of document.querySelectorAll("figure[data-contours]")) {
    const drawing = figure.querySelector("svg");
    const opener = button(words.zoom, async () => {
      opener.disabled = true;
      try {
        await open(figure, drawing, opener);
      } catch {
        opener.replaceWith(made("span", { textContent: words.failed }));
        drawing.toggleAttribute("hidden", false);
      }
      opener.disabled = false;
    });
    figure.prepend(made("p", { className: "buttons zoomer" }, opener));
  }
