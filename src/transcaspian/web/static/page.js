// Conveniences of every page: everything is there without this script.
const form = document.querySelector("form[data-submit-on-change]");
if (form) {
  form.classList.add("is-live");
  form.addEventListener("change", () => {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    form.requestSubmit();
  });
}
