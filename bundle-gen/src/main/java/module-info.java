/// Image configuration and policy to config.json.
module nsbox.bundle {
}
