// The start button: asks for the camera, so that a refusal can be answered in plain words, and lets the
// browser speak, which it allows only after a press.

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const button = parentElement.querySelector(".fc-start");
  if (!button) return undefined;
  button.textContent = data.label;
  const pressed = async () => {
    button.disabled = true;
    try {
      if (window.speechSynthesis) speechSynthesis.speak(new SpeechSynthesisUtterance(""));
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "InsecureError");
      const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: false });
      stream.getTracks().forEach((track) => track.stop());
      setTriggerValue("answer", { camera: "ok", at: Date.now() });
    } catch (error) {
      setTriggerValue("answer", { camera: error.name || "Error", at: Date.now() });
    } finally {
      button.disabled = false;
    }
  };
  button.onclick = pressed; // the only one: a component is called again after each run of its page
  return undefined;
}
