import { openLiveSource } from './live_source.ts';
import { StreamHub } from './stream_hub.ts';
import { PING_MS, type TabMessage } from './stream_messages.ts';

/** The one of all tabs: each connects a port to it. Its name is the stream's address. */
const hub = new StreamHub((tell, query) => openLiveSource(() => self.name + query(), tell));

self.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<TabMessage>) => hub.hear(port, data);
});

setInterval(() => hub.ping(), PING_MS);
