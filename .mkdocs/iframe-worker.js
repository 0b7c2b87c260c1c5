// Pages that are files may start no workers. There the search runs in a hidden frame, which looks like a worker to both sides.
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      this.inner = new Promise((resolve) => {
        const begin = () => {
          document.body.append(frame);
          const inner = frame.contentWindow;
          const load = (source) =>
            new Promise((done, failed) => {
              const script = inner.document.createElement("script");
              Object.assign(script, { src: source, onload: done, onerror: failed });
              inner.document.body.append(script);
            });
          inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
          inner.importScripts = async (...sources) => {
            for (const source of sources) await load(source);
          };
          load(url).then(() => resolve(inner));
        };
        if (document.body) begin();
        else addEventListener("DOMContentLoaded", begin);
      });
    }

    postMessage(data) {
      this.inner.then((inner) => inner.dispatchEvent(new inner.MessageEvent("message", { data })));
    }
  };
  window.Worker = window.IFrameWorker;
}
