// The forms that need a passkey: shown where the browser has them, and sent with what it answers.
(() => {
  if (!window.PublicKeyCredential || !window.webauthnJSON) return
  const said = form => JSON.parse(document.getElementById(form.dataset.options).textContent)
  const asked = async form => (await (await fetch(form.action, { headers: { Accept: 'application/json' } })).json())
  const answers = {
    'sign-in': async form => webauthnJSON.get((await asked(form)).request_options),
    second: async form => webauthnJSON.get(said(form).request_options),
    add: async form => webauthnJSON.create(said(form).creation_options)
  }
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    if (form.dataset.options && !document.getElementById(form.dataset.options)) continue
    form.hidden = false
    form.addEventListener('submit', async event => {
      event.preventDefault()
      try {
        form.elements.credential.value = JSON.stringify(await answers[form.dataset.passkey](form))
        form.submit()
      } catch {
        form.querySelector('[data-failed]').hidden = false
      }
    })
  }
})()
