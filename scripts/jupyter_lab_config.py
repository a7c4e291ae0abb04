"""JupyterLab for evidence: nothing is fetched from outside, no news, no update check."""

c = get_config()  # noqa: F821
c.ServerApp.tornado_settings = {
    "headers": {
        "Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
        "connect-src 'self' ws://127.0.0.1:* ws://localhost:*; img-src 'self' data: blob:"
    }
}
c.LabApp.news_url = ""
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
