package nsbox.e2e;

import java.nio.file.Path;

/// Two images that share their lowest layer: `base:1`, and `team/app:2` with all that an image may
/// say about itself.
record TwoImages(Path base, Path app) {
  static TwoImages write(Path folder) throws Exception {
    Path base =
        new Layout(folder.resolve("base"))
            .layer(Layout.file("etc/motd", "hi"))
            .image("\"created\":\"2020-01-01T00:00:00Z\"")
            .config("\"Labels\":{\"tier\":\"base\"}")
            .write("base:1");
    Path app =
        new Layout(folder.resolve("app"))
            .layer(Layout.file("etc/motd", "hi"))
            .layer(Layout.file("app", "x".repeat(5000)))
            .image(
                "\"created\":\"2021-06-01T12:00:00.5Z\",\"author\":\"Ann\",\"history\":["
                    + "{\"created\":\"2020-01-01T00:00:00Z\",\"created_by\":\"ADD motd /\"},"
                    + "{\"created\":\"2021-06-01T12:00:00Z\",\"created_by\":\"RUN make everything"
                    + " \\u001b[31m that there is in the world\",\"comment\":\"big\"},"
                    + "{\"created\":\"2021-06-01T12:00:00Z\",\"created_by\":\"CMD [\\\"/app\\\"]\","
                    + "\"empty_layer\":true}]")
            .config(
                "\"User\":\"1000\",\"Env\":[\"A=b\",\"C=d e\"],\"Cmd\":[\"/app\",\"-v\"],"
                    + "\"ExposedPorts\":{\"80/tcp\":{},\"443/tcp\":{}},\"WorkingDir\":\"/srv\","
                    + "\"Labels\":{\"tier\":\"app\",\"org.test.name\":\"<app>\"},"
                    + "\"StopSignal\":\"SIGINT\"")
            .write("docker.io/team/app:2");
    return new TwoImages(base, app);
  }
}
