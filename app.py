import os

from portal import create_app
from portal.settings import Settings

application = create_app(Settings.from_env(os.environ))
