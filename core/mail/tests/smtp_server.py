# SPDX-License-Identifier: AGPL-3.0-or-later
# A mail server for the tests: prints its port, writes each mail as one line of JSON. It refuses what is sent to refused@,
# and puts off what is sent to later@. It offers no encryption.
import asyncio
import json
import sys
import threading

from aiosmtpd.controller import UnthreadedController


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('refused@'):
            return '550 5.1.1 no such mailbox'
        if address.startswith('later@'):
            return '451 4.7.1 greylisted, try again later'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'data': envelope.content.decode()}), flush=True)
        return '250 Message accepted'


loop = asyncio.new_event_loop()
controller = UnthreadedController(Handler(), hostname='127.0.0.1', port=0, loop=loop, decode_data=False)
controller.begin()
print(controller.server.sockets[0].getsockname()[1], flush=True)
# The test ends us by closing our standard input.
threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(loop.stop)), daemon=True).start()
loop.run_forever()
