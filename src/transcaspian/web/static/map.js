// <div data-map="address">: a button turns the drawn map into one that can be moved and enlarged.
// Outlines and flows come from the page's own data; there are no tiles, no glyphs, no other host.
// Where WebGL is missing, the drawn map stays.

/** A line between two places that bends away from others of the same ends. */
export function bentLine([start, end], lane, steps = 16) {
  if (lane === 0) return [start, end];
  const side = (lane % 2 ? 1 : -1) * Math.ceil(lane / 2) * 0.24;
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
  const middle = [(start[0] + end[0]) / 2 - side * dy, (start[1] + end[1]) / 2 + side * dx];
  return Array.from({ length: steps + 1 }, (_, step) => {
    const t = step / steps;
    return [0, 1].map((axis) =>
      (1 - t) ** 2 * start[axis] + 2 * t * (1 - t) * middle[axis] + t ** 2 * end[axis]);
  });
}

/** Flows as GeoJSON. */
export function lineFeatures(lines) {
  return {
    type: "FeatureCollection",
    features: lines.map(({ ends, lane, ...properties }) => ({
      type: "Feature", properties, geometry: { type: "LineString", coordinates: bentLine(ends, lane) },
    })),
  };
}

/** Rings of outlines as GeoJSON. */
export function areas(rings) {
  return {
    type: "FeatureCollection",
    features: rings.map((ring) => ({
      type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] },
    })),
  };
}

/** The rectangle that holds all places. */
export function boundsOf(places) {
  const lons = places.map(({ at }) => at[0]), lats = places.map(({ at }) => at[1]);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

/** Names that fit: lesser ranks appear as the map is enlarged. */
export function leastRank(zoom) {
  return zoom < 3.2 ? 0 : zoom < 4.2 ? 1 : zoom < 5.2 ? 2 : 9;
}

/** The boxes that touch none of those before them, lesser ranks last: their places in the list. */
export function keepFree(boxes, least) {
  const kept = new Set();
  const order = boxes.map((_, place) => place).sort((a, b) => boxes[a].rank - boxes[b].rank || a - b);
  for (const place of order) {
    const box = boxes[place];
    const touches = [...kept].some((other) => box.left < boxes[other].right && boxes[other].left < box.right
      && box.top < boxes[other].bottom && boxes[other].top < box.bottom);
    if (box.rank <= least && !touches) kept.add(place);
  }
  return kept;
}

/** Sources and layers of the interactive map. */
export function styleOf(data) {
  return {
    version: 8,
    sources: {
      water: { type: "geojson", data: areas(data.water) },
      land: { type: "geojson", data: areas(data.land) },
      flows: { type: "geojson", data: lineFeatures(data.lines) },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#eef0ec" } },
      { id: "water", type: "fill", source: "water", paint: { "fill-color": "#d3e3ec" } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#eef0ec" } },
      {
        id: "flows", type: "line", source: "flows", layout: { "line-cap": "round" },
        paint: { "line-width": ["get", "width"], "line-color": ["get", "colour"] },
      },
      { id: "touch", type: "line", source: "flows", paint: { "line-width": 14, "line-opacity": 0 } },
    ],
  };
}

let library = null;
function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = "/static/maplibre-gl.css";
    const script = document.createElement("script");
    script.src = "/static/maplibre-gl.js";
    script.onload = () => resolve(window.maplibregl);
    script.onerror = () => reject(new Error("The map library did not load."));
    document.head.append(sheet, script);
  });
  return library;
}

function addNames(maplibre, map, places) {
  const named = places.map((place) => {
    const element = document.createElement("a");
    element.className = "map-name";
    element.href = place.address;
    element.textContent = `• ${place.name}`;
    new maplibre.Marker({ element, anchor: "left" }).setLngLat(place.at).addTo(map);
    return { element, at: place.at, text: place.name, rank: place.rank };
  });
  const show = () => {
    const boxes = named.map(({ at, text, rank }) => {
      const { x, y } = map.project(at);
      return { left: x, right: x + 7 * text.length + 12, top: y - 7, bottom: y + 7, rank };
    });
    const kept = keepFree(boxes, leastRank(map.getZoom()));
    named.forEach(({ element }, place) => { element.hidden = !kept.has(place); });
  };
  map.on("moveend", show);
  show();
}

function addPointing(maplibre, map) {
  const popup = new maplibre.Popup({ closeButton: false, closeOnClick: false });
  map.on("mousemove", "touch", ({ features, lngLat }) => {
    map.getCanvas().style.cursor = "pointer";
    popup.setLngLat(lngLat).setText(features[0].properties.text).addTo(map);
  });
  map.on("mouseleave", "touch", () => {
    map.getCanvas().style.cursor = "";
    popup.remove();
  });
  map.on("click", "touch", ({ features }) => location.assign(features[0].properties.address));
}

async function enliven(stage, button) {
  button.disabled = true;
  const [maplibre, answer] = await Promise.all([loadLibrary(), fetch(stage.dataset.map)]);
  if (!answer.ok) throw new Error(`${answer.status} ${stage.dataset.map}`);
  const { maps } = await answer.json();
  const { data } = maps.find(({ key }) => key === stage.dataset.key);
  const container = document.createElement("div");
  container.className = "map-live";
  const drawn = [...stage.querySelectorAll("svg.map-window")];
  stage.prepend(container);
  try {
    const map = new maplibre.Map({
      container, style: styleOf(data), bounds: boundsOf(data.places), fitBoundsOptions: { padding: 30 },
      locale: JSON.parse(stage.dataset.words), attributionControl: false, renderWorldCopies: false, dragRotate: false, pitchWithRotate: false,
    });
    map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-left");
    map.on("load", () => { stage.dataset.state = "live"; });
    addNames(maplibre, map, data.places);
    addPointing(maplibre, map);
  } catch (error) { // no WebGL
    container.remove();
    throw error;
  }
  for (const svg of drawn) svg.remove();
  button.disabled = false;
  button.textContent = stage.dataset.back;
  button.onclick = () => location.reload();
}

if (typeof document !== "undefined") {
  for (const stage of document.querySelectorAll("[data-map]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "switch";
    button.textContent = stage.dataset.label;
    button.onclick = () => enliven(stage, button).catch((error) => {
      button.remove();
      console.error(error);
    });
    stage.append(button);
  }
}
