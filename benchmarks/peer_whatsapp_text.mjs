// whatsapp-chat-parser on one file: prints CPU seconds of the parse alone, messages, peak memory in KiB.
import { readFileSync } from "node:fs";
import { parseString } from "whatsapp-chat-parser";
const before = process.cpuUsage();
const messages = parseString(readFileSync(process.argv[2], "utf8"));
const spent = process.cpuUsage(before);
console.log(JSON.stringify({ cpu: (spent.user + spent.system) / 1e6, records: messages.length, rss: process.resourceUsage().maxRSS }));
