"""Fixtures used by several folders of tests."""

import pytest

from analysis import Matter
from handmade import fill, matter_folder


@pytest.fixture(scope="session")
def handmade(tmp_path_factory):
    """The tiny matter of `handmade`, its tables written."""
    folder = matter_folder(tmp_path_factory.mktemp("matter") / "handmade")
    matter = Matter.open(folder, out=tmp_path_factory.mktemp("reports"), resamples="200")
    fill(matter.store)
    return matter
