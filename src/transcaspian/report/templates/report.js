// Conveniences only: everything on the page is there without this script.
"use strict";
document.documentElement.classList.add("has-script");

// A link into a closed part opens it.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();

// Find a word in the assumptions: rows without it hide, tables with it open.
const find = document.getElementById("find-assumption");
if (find) {
  const folds = [...document.querySelectorAll("#assumptions .fold")].filter((fold) => fold.querySelector("tr[class]"));
  let timer = 0;
  find.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const word = find.value.trim().toLowerCase();
      for (const fold of folds) {
        let found = 0;
        for (const row of fold.querySelectorAll("tr[class]")) {
          const fits = row.textContent.toLowerCase().includes(word);
          row.classList.toggle("hidden", !fits);
          found += fits;
        }
        fold.open = word.length > 1 && found > 0;
        fold.hidden = found === 0;
      }
    }, 150);
  });
}
