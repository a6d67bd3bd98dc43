// <div data-vega="address">: a button draws the chart again as one that answers to the pointer.
// The drawing made by the server stays where anything is missing.

/** What vega-embed is told: expressions are interpreted, since the page allows no evaluation. */
export function embedOptions(formatLocale) {
  return { ast: true, actions: false, renderer: "svg", formatLocale };
}

let library = null;
async function loadVega() {
  library ??= import("/static/vega.js").then(() => window.vegaEmbed);
  return library;
}

async function enliven(card, button) {
  button.disabled = true;
  const [embed, answer] = await Promise.all([loadVega(), fetch(card.dataset.vega)]);
  if (!answer.ok) throw new Error(`${answer.status} ${card.dataset.vega}`);
  const { spec, formatLocale } = await answer.json();
  const stage = document.createElement("div");
  await embed(stage, spec, embedOptions(formatLocale));
  card.replaceChildren(stage);
  card.classList.add("is-live");
}

if (typeof document !== "undefined") {
  for (const card of document.querySelectorAll("[data-vega]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "explore";
    button.textContent = card.dataset.label;
    button.addEventListener("click", () => enliven(card, button).catch((error) => {
      button.remove();
      console.error(error);
    }));
    card.append(button);
  }
}
