// Counts down the seconds until another code can be sent. The server enforces the wait;
// without this script the page shows the wait at the time of loading. Screen readers do
// not announce every second.
const shown = document.getElementById('countdown')
if (shown) {
  const end = performance.now() + 1000 * Number(shown.dataset.seconds)
  const button = document.getElementById('resend')
  button.disabled = true
  const timer = setInterval(() => {
    const left = Math.ceil((end - performance.now()) / 1000)
    if (left > 0) {
      shown.textContent = left === 1 ? '1 second' : left < 120 ? `${left} seconds` : `${Math.ceil(left / 60)} minutes`
      return
    }
    clearInterval(timer)
    button.disabled = false
    document.getElementById('waiting').remove()
  }, 250)
}
