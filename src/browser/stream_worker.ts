import { openLiveSource } from './live_source.ts';
import { StreamHub } from './stream_hub.ts';
import { PING_MS, type TabMessage } from './stream_messages.ts';

/** Shared by all tabs: each connects a port. The worker's name is the stream's address. */
const hub = new StreamHub((onUpdate, query) => openLiveSource(() => self.name + query(), onUpdate));

self.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<TabMessage>) => hub.receive(port, data);
});

setInterval(() => hub.ping(), PING_MS);
