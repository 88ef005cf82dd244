// Counts down what the server said. It decides nothing: the server enforces the wait,
// and without this script the page says how long it was when it was made.
for (const shown of document.querySelectorAll('[data-countdown]')) {
  const end = performance.now() + 1000 * Number(shown.dataset.countdown)
  const form = shown.closest('form')
  const button = form && form.querySelector('[data-after-countdown]')
  if (button) button.disabled = true
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000)
    if (left <= 0) {
      clearInterval(timer)
      if (button) button.disabled = false
      const sentence = shown.closest('[data-waiting]')
      if (sentence) sentence.remove()
      else shown.textContent = 'a moment'
      return
    }
    shown.textContent = left === 1 ? '1 second' : left < 120 ? `${left} seconds` : `${Math.ceil(left / 60)} minutes`
  }
  const timer = setInterval(tick, 250)
}
