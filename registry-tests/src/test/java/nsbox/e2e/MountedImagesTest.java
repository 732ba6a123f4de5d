package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Other images' files in a container: `--mount type=image`.
final class MountedImagesTest extends NamedContainers {
  @Override
  protected void prepare() throws Exception {
    super.prepare();
    /* Two layers, a link that leads out of the image, and a file that only it has. */
    nsbox
        .run(
            "run",
            "--name",
            "maker",
            ALPINE,
            "sh",
            "-c",
            "mkdir /data; echo own > /data/file; ln -s /etc /data/out; ln -s /data /way")
        .expect(0);
    nsbox.run("commit", "maker", "tools").expect(0);
    nsbox.run("rm", "maker").expect(0);
  }

  private String sh(String script) throws Exception {
    return nsbox.sh(script).expect(0).out();
  }

  private String seen(String mount, String script) throws Exception {
    return sh(
        "nsbox run --rm --mount type=image," + mount + " " + ALPINE + " sh -c '" + script + "'");
  }

  @Test
  void areReadOnly() throws Exception {
    assertEquals("own\n", seen("source=tools,target=/x", "cat /x/data/file"));
    assertEquals("own\n", seen("src=tools,dst=/x/y,rw=false", "cat /x/y/data/file"));
    assertEquals(
        "3.20",
        seen("source=" + ALPINE + ",target=/x", "cut -c 1-4 /x/etc/alpine-release").strip());
    Result write =
        nsbox.sh("nsbox run --rm --mount type=image,src=tools,dst=/x " + ALPINE + " touch /x/new");
    assertEquals(1, write.code());
    assertTrue(write.err().contains("Read-only file system"), write.toString());
  }

  @Test
  void keepWhatIsWrittenInTheContainer() throws Exception {
    sh(
        "nsbox create --name writer --mount type=image,src=tools,dst=/x,rw=true "
            + ALPINE
            + " sh -c 'cat /x/new; echo next >> /x/new'");
    Result first = nsbox.sh("nsbox start -a writer");
    assertTrue(first.err().contains("No such file"), first.toString());
    assertEquals("next\n", sh("nsbox start -a writer"));
    assertEquals("next\nnext\n", sh("nsbox start -a writer"));
    assertEquals("", seen("source=tools,target=/x", "ls /x/new 2>/dev/null || true"));
    assertEquals("A /x\n", sh("nsbox diff writer"));
    assertEquals(
        "image tools /x true\n",
        sh(
            "nsbox inspect -f '{{range .Mounts}}{{.Type}} {{.Source}} {{.Destination}} {{.RW}}{{end}}' writer"));
  }

  @Test
  void showAPartAlone() throws Exception {
    assertEquals("file\nout\n", seen("source=tools,target=/x,subpath=data", "ls /x"));
    assertEquals("file\nout\n", seen("source=tools,target=/x,subpath=/way", "ls /x"));
    assertEquals("own\n", seen("source=tools,target=/x,subpath=data/file", "cat /x"));
    /* Of the image, not of the host. */
    assertEquals(
        "3.20",
        seen("source=tools,target=/x,subpath=data/out", "cut -c 1-4 /x/alpine-release").strip());
    Result none =
        nsbox.sh(
            "nsbox run --rm --mount type=image,src=tools,dst=/x,subpath=../no " + ALPINE + " true");
    assertEquals(
        new Result(125, "", "nsbox: --mount type=image: the image tools has no such subpath\n"),
        none);
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void stayAsLongAsTheContainer() throws Exception {
    sh("nsbox tag tools kept");
    sh("nsbox run -d --name shows --mount type=image,src=tools,dst=/x " + ALPINE + " sleep 300");
    String before = sh("nsbox images -q | wc -l");
    sh("nsbox rmi kept");
    Result refused = nsbox.sh("nsbox rmi tools");
    assertTrue(refused.code() != 0, refused.toString());
    assertTrue(refused.err().contains("shows") || refused.err().contains("in use"), refused.err());
    sh("nsbox image prune -a -f");
    assertEquals(before, sh("nsbox images -q | wc -l"));
    assertEquals("own\n", sh("nsbox exec shows cat /x/data/file"));
    sh("nsbox restart -t 0 shows");
    assertEquals("own\n", sh("nsbox exec shows cat /x/data/file"));
    assertEquals("", sh("grep image- /proc/self/mounts || true"));
  }

  @Test
  void areRefusedWhereTheyCannotBe() throws Exception {
    String[][] cases = {
      {"--mount type=image,dst=/x", "--mount type=image,dst=/x: no source, which is the image"},
      {
        "--mount type=image,src=tools,dst=/x,noexec",
        "--mount type=image,src=tools,dst=/x,noexec: a mount of an image takes source, target, rw"
            + " and subpath"
      },
      {
        "--mount type=bind,src=/etc,dst=/x,subpath=y",
        "--mount type=bind,src=/etc,dst=/x,subpath=y: subpath is for type=image"
      },
      {
        "--uidmap 0:100000:65536 --mount type=image,src=tools,dst=/x",
        "--mount type=image: its ids are not shifted, so it is not for a container with a user"
            + " namespace"
      },
    };
    for (String[] one : cases) {
      assertEquals(
          new Result(125, "", "nsbox: " + one[1] + "\n"),
          nsbox.sh("nsbox run --rm " + one[0] + " " + ALPINE + " true"));
    }
    assertEquals(
        125,
        nsbox
            .sh(
                "nsbox run --rm --pull never --mount type=image,src=nothing,dst=/x "
                    + ALPINE
                    + " true")
            .code());
    assertEquals(List.of(), nsbox.containers());
  }
}
